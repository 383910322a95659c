import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { FAULTS } from '../../src/simulator/faults.js';
import { dial } from '../support/scripted-server.js';

const ROOT = join(__dirname, '../..');
const FREE_PORTS = ['--amm-port', '0', '--app-port', '0'];

interface Ended {
  /** null where a signal ended it */
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

interface Command {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
}

function run(...args: string[]): Command {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/simulator/cli.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = (async (): Promise<Ended> => {
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, ...said };
  })();
  return { child, ended };
}

describe('akm-simulator', function () {
  this.timeout(30_000);
  const running = new Set<Command>();

  /** Starts the command and waits for its two lines. */
  async function start(...args: string[]): Promise<Command & { ammPort: number; appPort: number }> {
    const command = run(...args);
    running.add(command);
    const ports: number[] = [];
    for await (const line of createInterface(command.child.stdout)) {
      const [, port] = /^(?:AMM|AppEndpoint) listening on 127\.0\.0\.1:(\d+)$/.exec(line) ?? [];
      ports.push(Number(port));
      if (ports.length === 2) break;
    }
    const [ammPort = NaN, appPort = NaN] = ports;
    return { ...command, ammPort, appPort };
  }

  afterEach(async () => {
    for (const { child, ended } of running) {
      child.kill('SIGKILL');
      await ended;
    }
    running.clear();
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`prints a line for each service, serves, and ends well with ${signal}`, async () => {
      const { child, ended, ammPort, appPort } = await start(
        ...FREE_PORTS,
        '--endpoints',
        '3',
        '--atrs',
        '0x1',
      );
      const amm = await dial(AMM_DIALECT, ammPort);
      amm.send(AMM_OPERATIONS.LIST_ENDPOINTS.request, { filter: 0 });
      assert.equal((await amm.receive(AMM_OPERATIONS.LIST_ENDPOINTS.response)).count, 3);
      const app = await dial(APP_DIALECT, appPort);
      app.send(APP_OPERATIONS.GET_ATR_INFO.request, {});
      assert.equal((await app.receive(APP_OPERATIONS.GET_ATR_INFO.response)).count, 1);
      child.kill(signal);
      assert.deepEqual(await ended, {
        exitCode: 0,
        stdout: `AMM listening on 127.0.0.1:${ammPort}\nAppEndpoint listening on 127.0.0.1:${appPort}\n`,
        stderr: '',
      });
      await Promise.all([amm.closed, app.closed]);
    });
  }

  it('misbehaves as it is told to', async () => {
    const { ammPort } = await start(...FREE_PORTS, '--fault', 'disconnect');
    const amm = await dial(AMM_DIALECT, ammPort);
    amm.send(AMM_OPERATIONS.LIST_ENDPOINTS.request, { filter: 0 });
    await amm.closed;
    assert.equal(amm.unasked, 0);
  });

  it('explains itself', async () => {
    const [long, short] = await Promise.all([run('--help').ended, run('-h').ended]);
    assert.deepEqual([long.exitCode, long.stderr], [0, '']);
    assert.match(long.stdout, /^Usage: akm-simulator/);
    for (const word of [
      '--host',
      '--amm-port',
      '--app-port',
      '--endpoints',
      '--atrs',
      '--fault',
      ...Object.entries(FAULTS).flat(),
    ])
      assert.ok(long.stdout.includes(word), word);
    assert.equal(short.stdout, long.stdout);
  });

  it('refuses arguments that it cannot use', async () => {
    const wrong: [args: string[], told: RegExp][] = [
      [['--amm-port', 'x'], /^akm-simulator: The AMM port is "x"; a whole number from 0 to 65535 is needed/],
      [['--endpoints', '33'], /^akm-simulator: The number of endpoints is "33"/],
      [['--fault', 'other'], /^akm-simulator: Unknown fault "other"; expected one of: silent, /],
      [['--unknown'], /^akm-simulator: .*--unknown/],
      [['stray'], /^akm-simulator: .*stray/],
      [['--host', ''], /^akm-simulator: The host is empty/],
    ];
    const outcomes = await Promise.all(wrong.map(([args]) => run(...FREE_PORTS, ...args).ended));
    for (const [index, { exitCode, stdout, stderr }] of outcomes.entries()) {
      const [args, told] = wrong[index] ?? [];
      assert.deepEqual([exitCode, stdout], [2, ''], String(args));
      assert.match(stderr, told ?? /^$/);
      assert.match(stderr, /\nTry akm-simulator --help\n$/);
    }
  });

  it('ends where a port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const port = String((holder.address() as AddressInfo).port);
    const [amm, app] = await Promise.all([
      run('--amm-port', port, '--app-port', '0').ended,
      run('--amm-port', '0', '--app-port', port).ended,
    ]);
    holder.close();
    for (const { exitCode, stdout, stderr } of [amm, app]) {
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(stderr, new RegExp(`^akm-simulator: .*EADDRINUSE.*${port}`));
    }
  });
});
