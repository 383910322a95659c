import type { Progress } from './progress.js';

/** Something that is measured: one value a round. */
export interface Contender {
  readonly name: string;
  readonly measure: () => Promise<number>;
}

/** By contender, its value in each round. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/**
 * Measures all contenders one after another, `runs` times over: A, B, A, B … What drifts meanwhile (heat, other load on the machine)
 * hits each of them alike, and the ratio of two values of the same round hardly notices it. Every other round goes backwards, so that
 * none always follows the same one.
 */
export async function measureRounds(
  contenders: readonly Contender[],
  runs: number,
  progress: Progress,
): Promise<Rounds> {
  const values = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < runs; round += 1) {
    for (const { name, measure } of round % 2 === 0 ? contenders : [...contenders].reverse()) {
      progress(`${name}, run ${round + 1} of ${runs}`);
      values.get(name)?.push(await measure());
    }
  }
  return values;
}
