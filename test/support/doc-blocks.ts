import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A fenced block of the documentation. */
export interface DocBlock {
  /** As the comment before it says, `<!-- block: name -->`; undefined without one. */
  readonly name: string | undefined;
  readonly language: string;
  readonly code: string;
}

const FENCED = /(?:<!-- block: ([\w-]+) -->\n+)?^```(\w*)\n([^]*?)^```$/gm;

/** All fenced blocks of a file, `docs/mqtt.md`. */
export function docBlocks(file: string): DocBlock[] {
  const text = readFileSync(join(__dirname, '../..', file), 'utf8');
  return [...text.matchAll(FENCED)].map(([, name, language = '', code = '']) => ({ name, language, code }));
}

/** The code that stands in a file behind `<!-- block: name -->`, for the test that runs it. */
export function docBlock(file: string, name: string): string {
  const block = docBlocks(file).find((each) => each.name === name);
  if (!block) throw new Error(`${file} has no block ${name}`);
  return block.code;
}
