import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import * as library from '../../src/index.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import type { Message, Operation } from '../../src/protocol/message.js';
import { NODE_TYPES } from '../../src/settings/migrations.js';
import { useSimulators } from '../support/simulators.js';
import { inTime } from '../support/deadline.js';
import { docBlock } from '../support/doc-blocks.js';
import { codeIn, docTable } from '../support/doc-tables.js';
import { EXAMPLE_FILES } from '../support/example-files.js';

const readme = readFileSync('README.md', 'utf8');
const { name, bin, scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  bin: Record<string, string>;
  scripts: Record<string, string>;
};

/** The messages of the operations that a node's source names; none where it takes them from elsewhere. */
function messagesOf(type: string): Message[] {
  const messages = new Map<string, Message[]>([
    ...Object.entries<Operation>({ ...AMM_OPERATIONS, ...APP_OPERATIONS }).map(
      ([operation, { request, response }]) => [operation, [request, response]] as [string, Message[]],
    ),
    ['SEND_APP_DATA', [SEND_APP_DATA_REQUEST]],
    ['RECEIVE_APP_DATA', [RECEIVE_APP_DATA_RESPONSE]],
  ]);
  const source = readFileSync(`nodes/${type}.ts`, 'utf8');
  return [...messages].flatMap(([operation, both]) => (source.includes(`'${operation}'`) ? both : []));
}

/** What is known of messages, as the table says it. */
function sourcesOf(messages: readonly Message[]): string {
  const of = (half: string) =>
    new Set(messages.filter((message) => message.name.endsWith(half)).map(({ source }) => source));
  const [requests, responses] = [[...of('_REQUEST')].join(), [...of('_RESPONSE')].join()];
  if (requests === '' || responses === '' || requests === responses) return requests || responses;
  const s = messages.length > 2 ? 's' : '';
  return `request${s} ${requests}, response${s} ${responses}`;
}

describe('README.md', () => {
  const startSimulator = useSimulators();

  it('has the nodes, and says of their messages what the message tables say', () => {
    const rows = docTable('README.md', 'node').map(
      ([type, , source]) => [codeIn(type)[0] ?? '', source] as const,
    );
    assert.deepEqual(rows.map(([type]) => type).sort(), [...NODE_TYPES].sort());
    for (const [type, source] of rows) {
      const messages = messagesOf(type);
      if (messages.length > 0) assert.equal(source, sourcesOf(messages), type);
    }
  });

  it('has the examples of the import menu', () => {
    const section = /^## Examples$([^]*?)^## /m.exec(readme)?.[1] ?? '';
    const named = [...section.matchAll(/\*\*(.+?)\*\*/g)].map(([, title]) => title);
    const there = EXAMPLE_FILES.map((file) => file.split('/')[0]?.replace('.json', ''));
    assert.deepEqual(named.sort(), [...new Set(there)].sort());
  });

  it('has a program that runs', async () => {
    const { ammPort } = await startSimulator();
    const code = docBlock('README.md', 'program').replace('49200', String(ammPort));
    const printed = new Promise<unknown>((resolve) => {
      const require = (wanted: string): object => {
        assert.equal(wanted, name);
        return library;
      };
      runInNewContext(code, { require, console: { log: resolve } });
    });
    assert.equal(((await inTime(printed, () => 'the endpoints')) as unknown[]).length, 4);
  });

  it('has commands that there are', () => {
    const commands = [...readme.matchAll(/^npm .*$/gm)].flatMap(([line]) => line.split(' && '));
    assert.deepEqual(commands, ['npm ci', 'npm run demo', `npm install ${name}`, 'npm ci', 'npm test']);
    assert.ok(scripts['demo'] !== undefined && scripts['test'] !== undefined);
    assert.ok(existsSync('scripts/demo.mjs'));
    // without the name of the package, npx would ask the registry for a package by the command's name
    const run = readme.match(/npx [^`\n]*/g) ?? [];
    assert.deepEqual(run, [`npx -p ${name} akm-simulator --help`]);
    assert.ok(Object.hasOwn(bin, 'akm-simulator'));
  });
});
