/** What a line between two boxes looks like. */
interface Arrow {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly label: string;
  /** Where the label's middle is, above the line. */
  readonly at: readonly [number, number];
  readonly colour: string;
  readonly dashed?: boolean;
}

const [GREEN, BLUE, GREY, RED] = ['#4d8f1f', '#2f7db8', '#777777', '#b03030'] as const;
const [WIDTH, HEIGHT] = [1180, 470];

/** The way of a job from the control room through the broker and one of three gateways to its application, and back. */
export function scaleOut(): string {
  const rows = [95, 235, 375];
  const middle = 235;
  const arrows: readonly Arrow[] = [
    { from: [170, 140], to: [330, 140], label: '1  a job', at: [250, 132], colour: GREEN },
    { from: [170, 205], to: [330, 205], label: '2  give it out', at: [250, 197], colour: GREEN },
    { from: [330, 270], to: [170, 270], label: '6  the result', at: [250, 262], colour: BLUE },
    { from: [590, 205], to: [740, 95], label: '3  to one of them', at: [655, 128], colour: GREEN },
    { from: [740, 115], to: [590, 270], label: '5  the result', at: [722, 176], colour: BLUE },
    { from: [740, 75], to: [590, 140], label: '7  cleared', at: [640, 84], colour: BLUE },
    { from: [880, 85], to: [1000, 85], label: '4', at: [940, 79], colour: GREEN },
    { from: [1000, 107], to: [880, 107], label: 'answer', at: [940, 124], colour: BLUE },
    {
      from: [740, 375],
      to: [590, 335],
      label: 'gone (last will)',
      at: [650, 385],
      colour: RED,
      dashed: true,
    },
    {
      from: [740, 245],
      to: [590, 222],
      label: 'still there? again',
      at: [668, 256],
      colour: GREY,
      dashed: true,
    },
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="Arial, sans-serif" font-size="15">
    <rect width="100%" height="100%" fill="white"/>
    <defs>${[GREEN, BLUE, GREY, RED].map(arrowhead).join('')}</defs>
    ${box(30, middle - 125, 140, 190, 'Control room', ['gives jobs,', 'sees results'])}
    ${box(330, 40, 260, 390, 'MQTT broker', [])}
    ${topic(140, 'jobs/<id>', 'retained: what is not done yet')}
    ${topic(205, 'work/<id>', 'shared: one gateway gets it')}
    ${topic(270, 'results/<id>', 'what the application answered')}
    ${topic(335, 'gateways/<name>', 'retained: ready, waiting or gone')}
    ${rows.map((y, n) => box(740, y - 50, 140, 100, `Gateway ${n + 1}`, ['Node-RED', 'AppEndpoint'], n === 2)).join('')}
    ${box(1000, rows[0] ? rows[0] - 50 : 0, 150, 380, 'Applications', ['behind AKM,', 'each with an', 'App Value'])}
    ${rows
      .slice(1, 2)
      .map((y) => line(880, y, 1000, y))
      .join('')}
    <g stroke="${RED}" stroke-width="4"><path d="M 755 340 L 865 410 M 865 340 L 755 410"/></g>
    ${arrows.map(arrow).join('')}
  </svg>`;
}

function arrowhead(colour: string): string {
  return `<marker id="head-${colour.slice(1)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
    orient="auto-start-reverse"><path d="M 0 0 L 10 5 L 0 10 z" fill="${colour}"/></marker>`;
}

function arrow({ from, to, label, at, colour, dashed = false }: Arrow): string {
  return `<path d="M ${from.join(' ')} L ${to.join(' ')}" stroke="${colour}" stroke-width="2" fill="none"
      ${dashed ? 'stroke-dasharray="6 5"' : ''} marker-end="url(#head-${colour.slice(1)})"/>
    <text x="${at[0]}" y="${at[1]}" text-anchor="middle" fill="${colour}" font-size="14" stroke="white" stroke-width="4"
      paint-order="stroke">${label}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M ${x1} ${y1} L ${x2} ${y2}" stroke="${GREY}" stroke-width="2"/>`;
}

function box(
  x: number,
  y: number,
  width: number,
  height: number,
  title: string,
  lines: readonly string[],
  faded = false,
): string {
  const centre = x + width / 2;
  return `<g opacity="${faded ? 0.6 : 1}">
    <rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="#f4f7fa" stroke="#8aa0b4" stroke-width="1.5"/>
    <text x="${centre}" y="${y + 28}" text-anchor="middle" font-weight="bold">${title}</text>
    ${lines.map((text, n) => `<text x="${centre}" y="${y + 54 + 20 * n}" text-anchor="middle" fill="#555">${text}</text>`).join('')}
  </g>`;
}

/** A topic in the broker's box. */
function topic(y: number, name: string, what: string): string {
  const escaped = name.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<rect x="342" y="${y - 26}" width="236" height="52" rx="5" fill="white" stroke="#b8c6d2"/>
    <text x="460" y="${y - 4}" text-anchor="middle" font-family="monospace" font-size="15">${escaped}</text>
    <text x="460" y="${y + 16}" text-anchor="middle" fill="#555" font-size="12.5">${what}</text>`;
}
