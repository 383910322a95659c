const [GREEN, BLUE, GREY, RED] = ['#4d8f1f', '#2f7db8', '#777777', '#b03030'] as const;
const [WIDTH, HEIGHT] = [1240, 450];

/** The broker's box, and where its topics are. */
const BROKER = { x: 300, width: 300, right: 600 } as const;
const [JOBS, WORK, RESULTS, STATUS] = [115, 195, 275, 355] as const;
/** Where the gateways are. */
const [FIRST, SECOND, THIRD] = [95, 225, 355] as const;
const GATEWAY = { x: 820, width: 150, right: 970 } as const;

/** A line between two boxes. */
interface Arrow {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly label: string;
  /** Where the label's middle is. */
  readonly at: readonly [number, number];
  readonly colour: string;
  readonly dashed?: boolean;
}

const ARROWS: readonly Arrow[] = [
  { from: [170, JOBS], to: [BROKER.x, JOBS], label: '1 a job', at: [235, JOBS - 9], colour: GREEN },
  { from: [170, WORK], to: [BROKER.x, WORK], label: '2 give it out', at: [235, WORK - 9], colour: GREEN },
  { from: [BROKER.x, RESULTS], to: [170, RESULTS], label: '6 result', at: [235, RESULTS - 9], colour: BLUE },
  { from: [GATEWAY.x, 70], to: [BROKER.right, JOBS - 10], label: '7 clear it', at: [710, 72], colour: BLUE },
  {
    from: [BROKER.right, WORK - 10],
    to: [GATEWAY.x, 95],
    label: '3 to one gateway',
    at: [712, 127],
    colour: GREEN,
  },
  {
    from: [GATEWAY.x, 120],
    to: [BROKER.right, RESULTS - 10],
    label: '5 result',
    at: [768, 190],
    colour: BLUE,
  },
  {
    from: [GATEWAY.x, SECOND + 10],
    to: [BROKER.right, WORK + 12],
    label: 'still there? again',
    at: [735, 242],
    colour: GREY,
    dashed: true,
  },
  {
    from: [GATEWAY.x, THIRD],
    to: [BROKER.right, STATUS],
    label: 'gone (last will)',
    at: [710, THIRD - 9],
    colour: RED,
    dashed: true,
  },
  { from: [GATEWAY.right, 85], to: [1060, 85], label: '4 AKM', at: [1015, 76], colour: GREEN },
  { from: [1060, 108], to: [GATEWAY.right, 108], label: 'answer', at: [1015, 127], colour: BLUE },
];

/** The way of a job from the control room through the broker and one of three gateways to its application, and back, as SVG. */
export function scaleOutDiagram(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="Arial, sans-serif" font-size="15">
    <rect width="100%" height="100%" fill="white"/>
    <defs>${[GREEN, BLUE, GREY, RED].map(arrowhead).join('')}</defs>
    ${box(20, 75, 150, 240, 'Control room', ['gives jobs,', 'sees results'])}
    ${box(BROKER.x, 25, BROKER.width, 400, 'MQTT broker', [])}
    ${topic(JOBS, 'jobs/&lt;id&gt;', 'kept (retained) until it is done')}
    ${topic(WORK, 'work/&lt;id&gt;', 'shared: one gateway gets it')}
    ${topic(RESULTS, 'results/&lt;id&gt;', 'what the application answered')}
    ${topic(STATUS, 'gateways/&lt;name&gt;', 'kept: ready, waiting or gone')}
    ${[FIRST, SECOND, THIRD].map((y, n) => box(GATEWAY.x, y - 50, GATEWAY.width, 100, `Gateway ${3 - n}`, ['Node-RED and', 'AppEndpoint'])).join('')}
    <path d="M 835 310 L 955 400 M 955 310 L 835 400" stroke="${RED}" stroke-width="5" opacity="0.75"/>
    <path d="M ${GATEWAY.right} ${SECOND} L 1060 ${SECOND}" stroke="${GREY}" stroke-width="2"/>
    ${box(1060, 45, 160, 360, 'Applications', ['on other machines,', 'secured by AKM'])}
    ${ARROWS.map(arrow).join('')}
  </svg>`;
}

function arrowhead(colour: string): string {
  const path = `<path d="M 0 0 L 10 5 L 0 10 z" fill="${colour}"/>`;
  return `<marker id="${idOf(colour)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">${path}</marker>`;
}

function idOf(colour: string): string {
  return `head-${colour.slice(1)}`;
}

function arrow({ from, to, label, at, colour, dashed = false }: Arrow): string {
  const dashes = dashed ? 'stroke-dasharray="6 5"' : '';
  return `<path d="M ${from.join(' ')} L ${to.join(' ')}" stroke="${colour}" stroke-width="2" ${dashes} marker-end="url(#${idOf(colour)})"/>
    <text x="${at[0]}" y="${at[1]}" text-anchor="middle" fill="${colour}" font-size="14" stroke="white" stroke-width="5" paint-order="stroke">${label}</text>`;
}

function box(
  x: number,
  y: number,
  width: number,
  height: number,
  title: string,
  lines: readonly string[],
): string {
  const middle = x + width / 2;
  const text = lines.map(
    (line, n) => `<text x="${middle}" y="${y + 54 + 20 * n}" text-anchor="middle" fill="#555">${line}</text>`,
  );
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="#f4f7fa" stroke="#8aa0b4" stroke-width="1.5"/>
    <text x="${middle}" y="${y + 28}" text-anchor="middle" font-weight="bold">${title}</text>${text.join('')}`;
}

/** A topic in the broker's box. */
function topic(y: number, name: string, what: string): string {
  const middle = BROKER.x + BROKER.width / 2;
  return `<rect x="${BROKER.x + 14}" y="${y - 30}" width="${BROKER.width - 28}" height="60" rx="5" fill="white" stroke="#b8c6d2"/>
    <text x="${middle}" y="${y - 4}" text-anchor="middle" font-family="monospace" font-size="16">${name}</text>
    <text x="${middle}" y="${y + 17}" text-anchor="middle" fill="#555" font-size="13">${what}</text>`;
}
