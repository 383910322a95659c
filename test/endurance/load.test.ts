import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { catchNode, type FlowNode } from '../support/real-node-red';
import {
  ALIVE,
  machineNode,
  machineUser,
  numbered,
  observerNode,
  onTab,
  registerNode,
  sourceNode,
} from './support/flow.js';
import { Machine } from './support/machine.js';
import { ObservedNodeRed } from './support/observed-node-red.js';
import type { PeerConnection } from './support/peer.js';
import { until } from './support/until.js';

/** What a frame of application data takes, in bytes. */
const FRAME = 4070;

/** The middle one. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

describe('load', () => {
  let machine: Machine;
  let observed: ObservedNodeRed;

  before(async () => {
    observed = await ObservedNodeRed.start();
  });

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(async () => {
    await observed.traffic('off');
    await machine.leave();
    assert.deepEqual((await observed.vitals()).warnings, []);
  });

  after(async () => assert.equal(await observed.nodeRed.stop(), 0));

  const receiveNode = (id: string, ...next: string[]): FlowNode =>
    machineUser(id, 'akm-receive', { atrId: '', appValue: '', format: 'auto' }, ...next);

  const connection = (): Promise<PeerConnection> =>
    until('a connection', () => [...machine.app.connections][0]);

  /** Pushes as fast as the connection takes it. */
  const flood = async (to: PeerConnection, messages: number): Promise<void> => {
    for (let n = 0; n < messages; n += 1) if (!machine.pushTo(to)) await once(to.socket, 'drain');
  };

  /** Waits until this many messages came to a sink; each in its order, and none passed over. */
  const requireAll = async (sink: string, messages: number): Promise<void> => {
    const arrivals = await until(`${messages} messages at ${sink}`, async () => {
      const { sinks } = await observed.accounts();
      return (sinks[sink]?.count ?? 0) >= messages ? sinks[sink] : undefined;
    });
    assert.deepEqual(arrivals, { count: messages, disordered: 0 });
    assert.deepEqual((await observed.news()).gaps, []);
  };

  describe('a peer that pushes faster than the flow takes', () => {
    const PUSHED = 1000;
    /** Milliseconds that the flow takes for each of them. */
    const BURN = 5;
    /** Between two requests, and how long they are made while there is nothing else to do, in milliseconds. */
    const ASK_EVERY = 50;
    const IDLE = 1000;

    /** Milliseconds that Node-RED takes to answer, asked again and again, however long the last answers take, until `over`. */
    const answerTimes = async (over: Promise<unknown>): Promise<number[]> => {
      const asked: Promise<{ took: number }>[] = [];
      const timer = setInterval(() => asked.push(observed.fetch('GET', 'alive')), ASK_EVERY);
      await over.finally(() => clearInterval(timer));
      return (await Promise.all(asked)).map(({ took }) => took);
    };

    it('leaves the event loop responsive, and every message in its order', async () => {
      await observed.nodeRed.deploy(
        onTab(
          machineNode(await machine.listen()),
          receiveNode('receive', 'burn'),
          observerNode('burn', 'test-burner', { burn: BURN }, 'flooded'),
          observerNode('flooded', 'test-sink'),
          ...ALIVE,
        ),
      );
      const to = await connection();
      const idle = await answerTimes(pause(IDLE));
      const pushed = flood(to, PUSHED);
      const flooded = await answerTimes(Promise.all([pushed, requireAll('flooded', PUSHED)]));

      const report = `answers in ${median(flooded).toFixed(1)} ms in the median of ${flooded.length}`;
      console.log(
        `      ${report}, at worst ${Math.max(...flooded).toFixed(1)}; idle ${median(idle).toFixed(1)} ms`,
      );
      // a request takes some turns of the event loop, each of which the flow may make longer by a message, but not by many
      assert.ok(median(flooded) < median(idle) + 50 * BURN, report);
    });

    it('lets no request fail that the machine answers, however long the flow takes to get to the answer', async () => {
      const pushed = 600;
      await observed.nodeRed.deploy(
        onTab(
          machineNode(await machine.listen(), { requestTimeout: '1000' }),
          receiveNode('receive', 'burn'),
          observerNode('burn', 'test-burner', { burn: BURN }, 'behind'),
          observerNode('behind', 'test-sink'),
          sourceNode('ask', { every: 20, limit: 1, message: {} }, 'version'),
          machineUser('version', 'akm-app-info', { query: 'version' }),
          registerNode(20),
          catchNode('catch'),
        ),
      );
      const to = await connection();
      // then Node-RED knows whom it is connected to, and that answer is not behind what follows
      await until('the registration', () => (machine.knows([20]) ? true : undefined));
      await flood(to, pushed / 2);
      await observed.traffic('on');
      await flood(to, pushed / 2);
      await requireAll('behind', pushed);
      const { byType } = await observed.accounts();
      assert.deepEqual(byType['akm-app-info'], { accepted: 1, succeeded: 1, failed: {} });
      assert.equal(machine.app.opened, 1);
    });
  });

  it('a sender faster than the peer reads is told what finds no place, and the rest arrives in its order', async () => {
    const SENT = 3000;
    const QUEUE_LIMIT = 1000;
    const target = 9;
    await observed.nodeRed.deploy(
      onTab(
        machineNode(await machine.listen(), { queueLimit: String(QUEUE_LIMIT) }),
        registerNode(20),
        sourceNode('source', { every: 1, burst: 20, limit: SENT, message: numbered(target) }, 'send'),
        machineUser('send', 'akm-send', { offline: 'error' }),
        catchNode('catch'),
      ),
    );
    await machine.registered();
    const { memory } = await observed.vitals();
    machine.app.misbehave('stalled');
    await observed.traffic('on');
    const full = await until('all messages to be taken, to wait, or to have failed', async () => {
      const { byType, open } = await observed.accounts();
      const { accepted, failed } = byType['akm-send'] ?? { accepted: 0, failed: {} };
      return accepted === SENT ? { failed, waiting: open.length } : undefined;
    });
    assert.ok(full.waiting >= QUEUE_LIMIT, `only ${full.waiting} wait`);
    const grown = (await observed.vitals()).memory - memory;
    assert.ok(grown < 3 * QUEUE_LIMIT * FRAME, `${grown} bytes more than before`);

    machine.app.misbehave(undefined);
    const { byType, uncaught } = await until('the end of all messages', async () => {
      const accounts = await observed.accounts();
      return accounts.open.length === 0 ? accounts : undefined;
    });
    const { succeeded = 0, failed = {} } = byType['akm-send'] ?? {};
    const { AKM_QUEUE_FULL: refused = 0, ...others } = failed;
    assert.deepEqual([succeeded + refused, others, uncaught], [SENT, {}, {}]);
    assert.ok(refused > 0);
    await until('all that was taken', () => (machine.arrived.size >= succeeded ? true : undefined));
    assert.deepEqual([machine.arrived.size, machine.disordered], [succeeded, []]);
    console.log(`      ${succeeded} taken, ${refused} refused, ${Math.round(grown / 1024)} KiB in between`);
  });

  it('1,000 nodes receive over one connection', async () => {
    const NODES = 1000;
    const PUSHED = 20;
    const receivers = Array.from({ length: NODES }, (_, n) => receiveNode(`receive-${n}`, `all-${n % 10}`));
    const sinks = Array.from({ length: 10 }, (_, n) => observerNode(`all-${n}`, 'test-sink'));
    await observed.nodeRed.deploy(onTab(machineNode(await machine.listen()), ...receivers, ...sinks));
    await flood(await connection(), PUSHED);
    for (const { id } of sinks)
      await until(`all messages at ${id}`, async () => {
        const { count = 0 } = (await observed.accounts()).sinks[id] ?? {};
        return count === (PUSHED * NODES) / sinks.length ? true : undefined;
      });
    assert.deepEqual([machine.app.opened, machine.amm.opened], [1, 0]);
  });

  it('100 connections come, come back, and go', async () => {
    const CONNECTIONS = 100;
    const ports = await machine.listen();
    const flow = Array.from({ length: CONNECTIONS }, (_, n) => [
      { ...machineNode(ports), id: `machine-${n}` },
      { ...receiveNode(`receive-${n}`, `sink-${n}`), connection: `machine-${n}` },
      { ...machineUser(`list-${n}`, 'akm-list-endpoints'), connection: `machine-${n}` },
      observerNode(`sink-${n}`, 'test-sink'),
    ]).flat();
    const peers = [machine.app, machine.amm];
    const connected = (connections: number): Promise<unknown> =>
      until(`${connections} connections a service`, () =>
        peers.every((peer) => peer.connections.size === connections) ? true : undefined,
      );
    await observed.nodeRed.deploy(onTab(...flow));
    await connected(CONNECTIONS);
    machine.push();
    await requireAll(`sink-${CONNECTIONS - 1}`, 1);
    await machine.leave();
    await machine.listen();
    await connected(CONNECTIONS);
    assert.deepEqual(
      peers.map(({ opened }) => opened),
      [2 * CONNECTIONS, 2 * CONNECTIONS],
    );
    machine.push();
    await requireAll(`sink-${CONNECTIONS - 1}`, 2);
    await observed.nodeRed.deploy(onTab());
    await connected(0);
  });
});
