import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';

const { name, bin } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  bin: Record<string, string>;
};

/** What people read: the documentation, and the texts of the editor. */
const TEXTS = [
  ...readdirSync('.'),
  ...['docs', 'src', 'nodes', 'examples'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
  ),
].filter((file) => /\.(md|html|json)$/.test(file));

describe('the commands of this package in what people read', () => {
  for (const command of Object.keys(bin)) {
    // npx would ask npm for a package of the command's name, which anybody could publish
    it(`npx ${command} names the package, or says where it is installed`, () => {
      const named = `npx -p ${name} ${command}`;
      let count = 0;
      for (const file of TEXTS) {
        for (const paragraph of readFileSync(file, 'utf8').split(/\n\s*\n/)) {
          const words = paragraph.replaceAll(/\s+/g, ' ');
          for (const [call] of words.matchAll(new RegExp(`npx (?:-\\S+ \\S+ )*${command}`, 'g'))) {
            count += 1;
            assert.ok(call === named || /\binstalled\b/.test(words), `${file}: ${call}`);
          }
        }
      }
      assert.ok(count >= 7, `only ${count} found: README, the simulator's page, the help in each language`);
    });
  }
});
