import type { Figure, Goal } from './figure.js';

const HEADINGS = ['', 'figure', 'unit', 'reference', 'ratio', '(least to most)', 'goal', ''] as const;

/** The figures as a table of text, one line a figure. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEADINGS, ...figures.map(rowOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, column, widths))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** All that had a goal, met or not, and how many were. */
export function goalsOf(figures: readonly Figure[]): string {
  const withGoal = figures.filter(({ goal }) => goal !== undefined);
  const lines = withGoal.map(
    ({ name, reference, ratio, goal, met }) =>
      `${met ? 'met    ' : 'NOT MET'}  ${name}: ${ratio.toFixed(2)} of ${reference}; goal ${goalText(goal)}`,
  );
  return [...lines, `${withGoal.filter(({ met }) => met).length} of ${withGoal.length} goals met`].join('\n');
}

function rowOf({ name, value, unit, reference, referenceValue, ratio, spread, goal, met }: Figure): string[] {
  return [
    name,
    amount(value),
    unit,
    `${amount(referenceValue)} ${reference}`,
    ratio.toFixed(2),
    `(${spread.map((end) => end.toFixed(2)).join(' to ')})`,
    goalText(goal),
    met === undefined ? '' : met ? 'met' : 'NOT MET',
  ];
}

function goalText(goal: Goal | undefined): string {
  if (!goal) return '';
  return 'least' in goal ? `>= ${goal.least.toFixed(2)}` : `<= ${goal.most.toFixed(2)}`;
}

function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}

/** Numbers end, words begin, at the same column. */
function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 1 || column === 4 ? cell.padStart(width) : cell.padEnd(width);
}
