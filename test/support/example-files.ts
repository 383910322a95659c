import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlowNode } from './flows.js';

const FOLDER = join(__dirname, '../../examples');

/** The examples' files, in subfolders too: `01 - First steps.json`, `MQTT/1 - Both ways.json`. */
export const EXAMPLE_FILES: readonly string[] = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

/** A node of an example. */
export interface ExampleNode extends FlowNode {
  z?: string;
  g?: string;
  name?: string;
  info?: string;
  scope?: string[] | null;
  nodes?: string[];
  connection?: string;
}

/** The text of an example. */
export function readExample(file: string): string {
  return readFileSync(join(FOLDER, file), 'utf8');
}

/** The nodes in the text of an example. */
export function parseExample(text: string): ExampleNode[] {
  return JSON.parse(text) as ExampleNode[];
}
