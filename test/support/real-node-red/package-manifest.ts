import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './versions';

/** What the tests need of this repository's package.json. */
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly main: string;
  readonly types: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly 'node-red': { readonly nodes: Readonly<Record<string, string>> };
}

/** This repository's package.json. */
export const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;

/** Every node type of the package, `akm-connection` included. */
export const nodeTypes: readonly string[] = Object.keys(manifest['node-red'].nodes);

/** Every node type that the palette shows. */
export const paletteTypes: readonly string[] = nodeTypes.filter((type) => type !== 'akm-connection');

/** The examples by the names under which the import menu offers them. */
export const exampleNames: readonly string[] = readdirSync(join(repository, 'examples'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.slice(0, -'.json'.length))
  .sort();
