import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  currentVersion,
  defaultsOf,
  migrate,
  NODE_TYPES,
  versionOf,
  type Config,
  type NodeType,
} from '../../src/settings/migrations.js';
import { EditorPage } from '../editor/editor-page.js';

const FIXTURES = join(__dirname, 'fixtures');

/** Configurations that version 0.1.0 saved, and what they are today. */
interface Fixture {
  saved: Config;
  migrated: Config;
}

function fixturesOf(type: NodeType): [string, Fixture][] {
  const text = readFileSync(join(FIXTURES, `${type}.json`), 'utf8');
  return Object.entries(JSON.parse(text) as Record<string, Fixture>);
}

describe('migrations', () => {
  it('know each type of the package, and have fixtures of each', () => {
    const {
      'node-red': { nodes },
    } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      'node-red': { nodes: object };
    };
    assert.deepEqual([...NODE_TYPES].sort(), Object.keys(nodes).sort());
    assert.deepEqual(readdirSync(FIXTURES).sort(), NODE_TYPES.map((type) => `${type}.json`).sort());
  });

  for (const type of NODE_TYPES) {
    describe(`of ${type}`, () => {
      for (const [what, { saved, migrated }] of fixturesOf(type)) {
        it(`bring up to date what 0.1.0 saved: ${what}`, () => {
          const before = structuredClone(saved);
          assert.deepEqual(migrate(type, saved), migrated);
          assert.deepEqual(saved, before, 'what was saved stays as it is');
        });
      }

      it('change nothing of what is up to date, or newer', () => {
        const { saved } = fixturesOf(type)[1]?.[1] ?? { saved: {} };
        for (const version of [currentVersion(type), currentVersion(type) + 1]) {
          const config = { ...saved, version };
          assert.deepEqual(migrate(type, config), config);
        }
        const config = migrate(type, saved);
        assert.deepEqual(migrate(type, config), config);
      });

      it('keep whatever was saved, and give a default for the rest', () => {
        const properties = Object.keys(defaultsOf(type)).filter((name) => name !== 'version');
        const some = fc
          .subarray(properties)
          .chain((names) =>
            fc.record(Object.fromEntries(names.map((name) => [name, fc.oneof(fc.string(), fc.nat())]))),
          );
        fc.assert(
          fc.property(some, (saved) =>
            assert.deepEqual(migrate(type, saved), { ...defaultsOf(type), ...saved }),
          ),
        );
      });

      it('agree with what a new node begins with in the editor', () => {
        const defaults = pages().definitions.get(type)?.defaults ?? {};
        const values = Object.entries(defaults).map(([name, { value }]) => [name, value]);
        assert.deepEqual(JSON.parse(JSON.stringify(Object.fromEntries(values))), defaultsOf(type));
      });
    });
  }

  it('take a property without a value for absent, as the editor has it', () =>
    assert.deepEqual(migrate('akm-app-info', { query: undefined, version: undefined }), {
      ...defaultsOf('akm-app-info'),
    }));

  it('take no other version than a whole number for one', () => {
    for (const version of [undefined, null, '1', -1, 0.5, NaN, {}]) assert.equal(versionOf({ version }), 0);
    assert.equal(versionOf({}), 0);
    assert.equal(versionOf({ version: 3 }), 3);
  });

  it('give each node defaults of its own', () => {
    assert.notEqual(defaultsOf('akm-connection')['names'], defaultsOf('akm-connection')['names']);
    const [one, other] = [migrate('akm-connection', {}), migrate('akm-connection', {})] as Config[];
    assert.notEqual(one?.['layouts'], other?.['layouts']);
  });
});

let page: EditorPage | undefined;

/** The pages of all types, read once. */
function pages(): EditorPage {
  page ??= new EditorPage([...NODE_TYPES]);
  return page;
}
