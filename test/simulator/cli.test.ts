import assert from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { APP_OPERATIONS, SEND_APP_DATA_REQUEST } from '../../src/protocol/app-messages.js';
import { AMM_DIALECT, APP_DIALECT } from '../../src/protocol/header.js';
import { readArguments, USAGE } from '../../src/simulator/cli-arguments.js';
import { FAULTS } from '../../src/simulator/faults.js';
import { Simulator } from '../../src/simulator/simulator.js';
import { HAS_IPV6 } from '../support/own-addresses.js';
import { dial, type ScriptedConnection } from '../support/scripted-server.js';

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

const COMMAND = [process.execPath, '--import', 'tsx', 'src/simulator/cli.ts'];

function run(...args: string[]): Command {
  return runProgram(...COMMAND, ...args);
}

function runProgram(...[program = '', ...args]: string[]): Command {
  const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
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

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
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
    assert.deepEqual(await run('-h').ended, { exitCode: 0, stdout: USAGE, stderr: '' });
    assert.equal(readArguments(['--help']).help, true);
    assert.match(USAGE, /^Usage: akm-simulator/);
    for (const word of [
      '--host',
      '--amm-port',
      '--app-port',
      '--endpoints',
      '--atrs',
      '--fault',
      '--json',
      '--verbose',
      '--version',
      'Exit code: 0',
      ...Object.entries(FAULTS).flat(),
    ])
      assert.ok(USAGE.includes(word), word);
  });

  it('refuses arguments that it cannot use', async () => {
    const { exitCode, stdout, stderr } = await run(...FREE_PORTS, '--endpoints', '33').ended;
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^akm-simulator: The number of endpoints is "33"; .*\nTry akm-simulator --help\n$/);
  });

  const wrong: [args: string[], told: RegExp][] = [
    [['--amm-port', 'x'], /^The AMM port is "x"; a whole number from 0 to 65535 is needed/],
    [['--fault', 'other'], /^Unknown fault "other"; expected one of: silent, /],
    [['--unknown'], /--unknown/],
    [['stray'], /stray/],
    [['--host', ''], /^The host is ""; a host name/],
    [['--json', '--verbose'], /^--json and --verbose were given; only one/],
  ];
  for (const [args, message] of wrong) {
    it(`refuses ${args.join(' ')}`, () =>
      assert.throws(() => new Simulator(readArguments([...FREE_PORTS, ...args]).options), { message }));
  }

  it('ends where a port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const port = String((holder.address() as AddressInfo).port);
    const [amm, app] = await Promise.all([
      run('--amm-port', port, '--app-port', '0').ended,
      run('--amm-port', '0', '--app-port', port).ended,
    ]);
    holder.close();
    for (const [service, { exitCode, stdout, stderr }] of [
      ['AMM', amm],
      ['AppEndpoint', app],
    ] as const) {
      assert.deepEqual([exitCode, stdout], [1, '']);
      assert.match(
        stderr,
        new RegExp(
          `^akm-simulator: The ${service} cannot listen on 127\\.0\\.0\\.1:${port}: .*\\(EADDRINUSE\\)\n$`,
        ),
      );
    }
  });

  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.deepEqual(await run('--version').ended, { exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });

  if (HAS_IPV6) {
    it('writes an IPv6 address in brackets', async () => {
      const { child, ended } = run(...FREE_PORTS, '--host', '::1');
      await once(child.stdout, 'data');
      child.kill('SIGTERM');
      assert.match(
        (await ended).stdout,
        /^AMM listening on \[::1\]:\d+\nAppEndpoint listening on \[::1\]:\d+\n$/,
      );
    });
  }

  describe('with an output for each event', () => {
    /** Starts the command and reads its lines. */
    function lines(...args: string[]): Command & { next: () => Promise<string> } {
      const command = run(...FREE_PORTS, ...args);
      running.add(command);
      const reader = createInterface(command.child.stdout)[Symbol.asyncIterator]();
      return { ...command, next: async () => String((await reader.next()).value) };
    }

    /** Makes requests of each kind, one after another, and ends. */
    async function exercise(ammPort: number, appPort: number): Promise<ScriptedConnection> {
      const amm = await dial(AMM_DIALECT, ammPort);
      amm.send(AMM_OPERATIONS.DELETE_ENDPOINT.request, { id: '0x7' });
      await amm.receive(AMM_OPERATIONS.DELETE_ENDPOINT.response);
      const app = await dial(APP_DIALECT, appPort);
      app.send(APP_OPERATIONS.REGISTER_APP.request, { atrId: 1, appValue: 100 });
      await app.receive(APP_OPERATIONS.REGISTER_APP.response);
      app.send(SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 200, data: 'a secret' });
      app.sendRaw(0x99);
      app.end();
      await app.closed;
      return amm;
    }

    it('"--json" prints a line of JSON for each', async () => {
      const { next, child, ended } = lines('--json');
      const event = async (): Promise<Record<string, unknown>> => {
        const { time, ...rest } = JSON.parse(await next()) as Record<string, unknown>;
        assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
        return rest;
      };
      const [ammAt, appAt] = [await event(), await event()];
      const [ammPort, appPort] = [Number(ammAt['port']), Number(appAt['port'])];
      assert.deepEqual(
        [ammAt, appAt],
        [
          { event: 'listening', service: 'amm', host: '127.0.0.1', port: ammPort },
          { event: 'listening', service: 'app', host: '127.0.0.1', port: appPort },
        ],
      );
      await exercise(ammPort, appPort);
      const [amm, app] = [
        { service: 'amm', connection: 1 },
        { service: 'app', connection: 2 },
      ];
      const id = '0x00000000000000000000000000000007';
      const data = { bytes: 8 };
      const expected = [
        { event: 'connected', ...amm },
        { event: 'request', ...amm, code: 6, name: 'DELETE_ENDPOINT_REQUEST', fields: { id } },
        { event: 'refused', ...amm, name: 'DELETE_ENDPOINT_REQUEST', number: 2 },
        { event: 'connected', ...app },
        {
          event: 'request',
          ...app,
          code: 4,
          name: 'REGISTER_APP_REQUEST',
          fields: { atrId: 1, appValue: 100 },
        },
        { event: 'registered', ...app, atrId: 1, appValue: 100 },
        {
          event: 'request',
          ...app,
          code: 5,
          name: 'SEND_APP_DATA_REQUEST',
          fields: { atrId: 1, appValue: 200, data },
        },
        { event: 'request', ...app, code: 0x99, fields: { body: { bytes: 0 } } },
        { event: 'disconnected', ...app },
      ];
      for (const line of expected) {
        const { peer, ...rest } = await event();
        assert.deepEqual(rest, line);
        if (line.event === 'connected') assert.match(String(peer), /^127\.0\.0\.1:\d+$/);
      }
      child.kill('SIGTERM');
      assert.deepEqual(await event(), { event: 'disconnected', ...amm });
      assert.equal((await ended).exitCode, 0);
    });

    it('"--verbose" prints them in words', async () => {
      const { next, child, ended } = lines('--verbose');
      const [ammPort, appPort] = [await next(), await next()].map((line) => Number(/\d+$/.exec(line)?.[0]));
      await exercise(ammPort ?? NaN, appPort ?? NaN);
      const id = '0x00000000000000000000000000000007';
      for (const line of [
        /^AMM: connection 1 from 127\.0\.0\.1:\d+$/,
        `AMM: connection 1 sent DELETE_ENDPOINT_REQUEST id="${id}"`,
        'AMM: connection 1 got a refusal to DELETE_ENDPOINT_REQUEST: confirmation 2 (unknownEndpoint)',
        /^AppEndpoint: connection 2 from 127\.0\.0\.1:\d+$/,
        'AppEndpoint: connection 2 sent REGISTER_APP_REQUEST atrId=1 appValue=100',
        'AppEndpoint: connection 2 registered App Value 100 in ATR 1',
        'AppEndpoint: connection 2 sent SEND_APP_DATA_REQUEST atrId=1 appValue=200 data={"bytes":8}',
        'AppEndpoint: connection 2 sent unknown code 0x99, 4 bytes of payload',
        'AppEndpoint: connection 2 ended',
      ]) {
        if (typeof line === 'string') assert.equal(await next(), line);
        else assert.match(await next(), line);
      }
      child.kill('SIGINT');
      assert.equal(await next(), 'AMM: connection 1 ended');
      assert.equal((await ended).exitCode, 0);
    });

    it('ends when nobody reads its output any more', async () => {
      const { next, child, ended } = lines('--json');
      const { port } = JSON.parse(await next()) as { port: number };
      await next();
      child.stdout.destroy();
      const amm = await dial(AMM_DIALECT, port);
      await amm.closed;
      const { exitCode, stderr } = await ended;
      assert.deepEqual([exitCode, stderr], [1, 'akm-simulator: The output cannot be written: write EPIPE\n']);
    });
  });

  if (existsSync('/dev/full')) {
    it('ends when the disk is full', async () => {
      const shell = ['/bin/sh', '-c', 'exec "$@" >/dev/full', 'sh'];
      for (const args of [FREE_PORTS, ['--help']]) {
        const { exitCode, stderr } = await runProgram(...shell, ...COMMAND, ...args).ended;
        assert.equal(exitCode, 1);
        assert.match(stderr, /^akm-simulator: The output cannot be written: ENOSPC.*\n$/);
      }
    });
  }
});
