/** Takes the pictures of the documentation from the running thing: `npm run screenshots`, or `-- first-steps` for some of them. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../support/real-node-red';
import { firstSteps } from './pictures/first-steps';
import { gateways } from './pictures/gateways';

/** By name, what takes one or more pictures into a folder. */
const PICTURES: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'first-steps': firstSteps,
  gateways,
};

async function main(): Promise<void> {
  const images = join(repository, 'docs', 'images');
  mkdirSync(images, { recursive: true });
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(PICTURES)) {
    const take = PICTURES[name];
    if (!take) throw new Error(`There is no picture ${name}; there are ${Object.keys(PICTURES).join(', ')}`);
    console.log(name);
    await take(images);
  }
}

void main();
