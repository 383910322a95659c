import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../src/protocol/header.js';
import { encodeFrame } from '../../src/protocol/message.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';
import { useSimulators, type RunningSimulator } from '../support/simulators.js';

const { REGISTER_APP, GET_VERSION } = APP_OPERATIONS;
/** More than any operating system takes for the two connections in between. */
const TOO_MANY = 20_000;

describe('a simulated AppEndpoint between applications', () => {
  const simulate = useSimulators();
  /** The simulator's ends of its connections, in the order they were made. */
  let ends: Socket[];

  const onSocket = (message: unknown): void => {
    ends.push((message as { socket: Socket }).socket);
  };
  beforeEach(() => {
    ends = [];
    subscribe('net.server.socket', onSocket);
  });
  afterEach(() => {
    unsubscribe('net.server.socket', onSocket);
  });

  async function application(simulator: RunningSimulator, appValue: number): Promise<ScriptedConnection> {
    const connection = await simulator.app();
    connection.send(REGISTER_APP.request, { atrId: 1, appValue });
    assert.equal((await connection.receive(REGISTER_APP.response)).status, 0);
    return connection;
  }

  /** One application floods another that does not read, until the simulator reads no more of it. */
  async function flood(): Promise<{
    simulator: RunningSimulator;
    sender: ScriptedConnection;
    receiver: ScriptedConnection;
    source: Socket;
    target: Socket;
    /** How many messages it has sent. */
    count: number;
  }> {
    const simulator = await simulate();
    const sender = await application(simulator, 100);
    const receiver = await application(simulator, 200);
    const [source, target] = ends as [Socket, Socket];
    receiver.pause();
    let count = 0;
    while (!source.isPaused()) {
      assert.ok(count < TOO_MANY, 'the simulator reads on and on');
      for (const end = count + 100; count < end; count += 1) {
        const data = Buffer.from(String(count));
        sender.write(encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, { atrId: 1, appValue: 200, data }));
      }
      await turn();
    }
    return { simulator, sender, receiver, source, target, count };
  }

  it('does not read on from one whose receiver is slow, and loses nothing, and warns of nothing', async () => {
    const warnings: string[] = [];
    const onWarning = ({ message }: Error): void => {
      warnings.push(message);
    };
    process.on('warning', onWarning);
    const { receiver, target, count } = await flood();
    assert.ok(target.writableLength <= 64 * 1024, `${target.writableLength} bytes in memory`);
    receiver.read();
    for (let n = 0; n < count; n += 1)
      assert.equal((await receiver.receive(RECEIVE_APP_DATA_RESPONSE)).data.toString(), String(n));
    process.off('warning', onWarning);
    assert.deepEqual(warnings, []);
  });

  it('serves others meanwhile', async () => {
    const { simulator } = await flood();
    const other = await simulator.app();
    other.send(GET_VERSION.request, {});
    await other.receive(GET_VERSION.response);
  });

  it('waits for each of two slow ones in turn, and writes to none more than 64 KiB that it has not taken', async () => {
    const MESSAGES = 40;
    const simulator = await simulate();
    const sender = await application(simulator, 100);
    const receivers = [await application(simulator, 200), await application(simulator, 201)];
    const [source, ...targets] = ends as [Socket, ...Socket[]];
    for (const target of targets) target.cork(); // as if the system took nothing
    for (const appValue of [200, 201]) {
      const frame = encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, { atrId: 1, appValue, data: 'x' });
      sender.write(Buffer.concat(Array<Buffer>(MESSAGES).fill(frame)));
    }
    for (const [index, target] of targets.entries()) {
      const written = (): number => target.writableLength;
      for (let before = -1; before < written() || !source.isPaused();) {
        before = written();
        await turn();
      }
      assert.ok(written() > 50_000 && written() <= 64 * 1024, `${written()} bytes`);
      target.uncork();
      for (let n = 0; n < MESSAGES; n += 1) await receivers[index]?.receive(RECEIVE_APP_DATA_RESPONSE);
    }
    while (source.isPaused()) await turn();
  });

  it('reads on when the slow one goes away', async () => {
    const { sender, receiver, source } = await flood();
    receiver.reset();
    sender.send(GET_VERSION.request, {});
    await sender.receive(GET_VERSION.response);
    assert.equal(source.isPaused(), false);
  });
});
