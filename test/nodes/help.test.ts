import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import type { Message, Operation } from '../../src/protocol/message.js';

const TYPES = Object.keys(
  (JSON.parse(readFileSync('package.json', 'utf8')) as { 'node-red': { nodes: object } })['node-red'].nodes,
);

/** The messages of each operation that a node can be about. */
const MESSAGES = new Map<string, readonly Message[]>([
  ...Object.entries<Operation>({ ...AMM_OPERATIONS, ...APP_OPERATIONS }).map(
    ([name, { request, response }]) => [name, [request, response]] as const,
  ),
  ['SEND_APP_DATA', [SEND_APP_DATA_REQUEST]],
  ['RECEIVE_APP_DATA', [RECEIVE_APP_DATA_RESPONSE]],
]);

/** What a help says of some messages. */
interface Statement {
  source: string;
  names: string[];
  codes: number[];
}

describe('help: what is documented and what is inferred', () => {
  it('is told of every operation that there is', () =>
    assert.deepEqual(TYPES.flatMap(operationsOf).sort(), [...MESSAGES.keys()].sort()));

  for (const type of TYPES.filter((each) => operationsOf(each).length > 0)) {
    describe(type, () => {
      const operations = operationsOf(type);
      const help = readFileSync(`nodes/locales/en-US/${type}.html`, 'utf8');
      const statements = statementsIn(help);
      const messages = operations.flatMap((name) => MESSAGES.get(name) ?? []);

      for (const { name, code, source } of messages) {
        it(`is told of ${name} as the message tables have it`, () => {
          const told = statements.filter(({ codes }) => codes.includes(code));
          assert.deepEqual(
            told.map((statement) => statement.source),
            [source],
          );
        });
      }

      it('is told by the names of the operations', () => {
        const names = statements.flatMap((statement) => statement.names);
        assert.deepEqual(names.sort(), operations.sort());
      });

      it('is claimed of nothing else', () => {
        const told = new Set(statements.map(({ source }) => source));
        assert.deepEqual(told, new Set(messages.map(({ source }) => source)));
      });

      it('is what msg.akm.layout is said to be, and "custom" where an own layout can be entered', () => {
        const claimed = [...help.matchAll(/<code>"(documented|inferred|custom)"<\/code>/g)];
        const sources = operations.flatMap((name) => {
          const isInferred = MESSAGES.get(name)?.some(({ source }) => source === 'inferred');
          return isInferred ? ['inferred', 'custom'] : ['documented'];
        });
        assert.deepEqual(new Set(claimed.map(([, source]) => source)), new Set(sources));
      });
    });
  }
});

/** The operations that a node makes: those that its source names. The simulator makes none, it answers them. */
function operationsOf(type: string): string[] {
  const file = `nodes/${type}.ts`;
  assert.ok(existsSync(file), file);
  const named = [...readFileSync(file, 'utf8').matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(
    ([, name = '']) => name,
  );
  return [...new Set(named)].filter((name) => MESSAGES.has(name));
}

/** What stands in front of each **documented** or **inferred**, back to the one before or the paragraph's beginning. */
function statementsIn(help: string): Statement[] {
  const parts = help.split(/<b>(documented|inferred)<\/b>/);
  return parts.flatMap((text, index): Statement[] => {
    const source = parts[index + 1];
    if (index % 2 === 1 || source === undefined) return [];
    const details = text.slice(text.lastIndexOf('<p>') + 1);
    return [
      {
        source,
        names: [...details.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)]
          .map(([name]) => name)
          .filter((name) => MESSAGES.has(name)),
        codes: [...details.matchAll(/<code>(0x[\dA-F]+)<\/code>/g)].map(([, code]) => Number(code)),
      },
    ];
  });
}
