import type { Part } from './options.js';
import type { Rounds } from './rounds.js';
import { median } from './statistics.js';

/** What a ratio must reach: at least, or at most, so much. */
export type Goal = { readonly least: number } | { readonly most: number };

/** What a figure is, and what it is measured against. */
export interface Comparison {
  readonly part: Part;
  /** The contender; also the figure's name. */
  readonly name: string;
  /** The other contender: what the ratio is to. */
  readonly reference: string;
  readonly unit: string;
  readonly goal?: Goal;
}

/** One line of the table. */
export interface Figure extends Comparison {
  /** Median over all rounds. */
  readonly value: number;
  /** Median over all rounds. */
  readonly referenceValue: number;
  /** Median of the rounds' own ratios, `value / referenceValue`. */
  readonly ratio: number;
  /** The least and the greatest of the rounds' ratios. */
  readonly spread: readonly [number, number];
  /** Undefined without a goal. */
  readonly met?: boolean;
}

/** Makes a figure of what was measured in the same rounds. */
export function compare(rounds: Rounds, comparison: Comparison): Figure {
  const ours = valuesOf(rounds, comparison.name);
  const others = valuesOf(rounds, comparison.reference);
  const ratios = ours.map((value, round) => value / (others[round] ?? Number.NaN));
  const ratio = median(ratios);
  const { goal } = comparison;
  return {
    ...comparison,
    value: median(ours),
    referenceValue: median(others),
    ratio,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(goal && { met: 'least' in goal ? ratio >= goal.least : ratio <= goal.most }),
  };
}

/** A figure whose goal is an amount rather than a ratio: the amount that is allowed takes the place of the reference. */
export function compareToLimit(
  values: readonly number[],
  limit: number,
  about: Omit<Comparison, 'reference' | 'goal'>,
): Figure {
  const reference = 'the limit';
  const rounds = new Map([
    [about.name, values],
    [reference, values.map(() => limit)],
  ]);
  return compare(rounds, { ...about, reference, goal: { most: 1 } });
}

function valuesOf(rounds: Rounds, name: string): readonly number[] {
  const values = rounds.get(name);
  if (!values) throw new Error(`${name} was not measured`);
  return values;
}
