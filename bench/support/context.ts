import type { Build } from './build.js';
import type { Figure } from './figure.js';
import type { Options } from './options.js';
import type { Progress } from './progress.js';

/** What each part of the benchmark is given. */
export interface Context {
  readonly options: Options;
  readonly build: Build;
  readonly progress: Progress;
}

/** A part of the benchmark. */
export type Measure = (context: Context) => Promise<Figure[]>;
