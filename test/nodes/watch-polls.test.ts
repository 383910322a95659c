import assert from 'node:assert/strict';
import type { ConnectionNode } from '../../nodes/shared/connection-node.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { useFakeClock } from '../support/fake-clock.js';
import { COMPLETED, connection, OUT, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const { LIST_ENDPOINTS, LIST_ATRS } = AMM_OPERATIONS;
const SECOND = 1000;
const HOUR = '3600';

const added = ({ payload }: Message) => (payload as { added: { id: string }[] }).added.map(({ id }) => id);

describe('the polls of akm-watch', () => {
  const { nodeRed, bench } = useNodeRed();
  const watch = { id: 'watch', type: 'akm-watch', interval: '1', what: 'endpoints' };
  /** What it asks for is told from what the watching node asks for. */
  const other = { id: 'other', type: 'akm-list-atrs' };

  const listening = async () => {
    const amm = await bench.scriptedAmm();
    return { amm, settings: connection({ ammPort: amm.port }) };
  };

  const asked = (peer: ScriptedConnection) => peer.receive(LIST_ENDPOINTS.request);

  const answer = (peer: ScriptedConnection, ...ids: number[]): void => {
    const endpoints = ids.map((id) => identifierOf(BigInt(id), 0n));
    peer.send(LIST_ENDPOINTS.response, { confirmation: 0, count: ids.length, endpoints });
  };

  /** Has the other node ask: requests go in order, so nothing else was asked before, nor after the answer. */
  const requireNothingElse = async (peer: ScriptedConnection): Promise<void> => {
    const ended = nodeRed.input('other');
    await peer.receive(LIST_ATRS.request);
    peer.send(LIST_ATRS.response, { confirmation: 0, count: 0, atrs: [] });
    assert.equal(await ended, undefined);
    await nodeRed.output(OUT);
    await nodeRed.output(COMPLETED);
    assert.equal(peer.unasked, 0);
  };

  /** How many listeners the shared client has. */
  const listeners = (): number => {
    const { clients } = nodeRed.node('connection') as ConnectionNode;
    const client = clients.amm.acquire(nodeRed.node('other'));
    return client.eventNames().reduce((sum, name) => sum + client.listenerCount(name), 0);
  };

  it('are made for messages only, where the interval is 0', async () => {
    const { amm, settings } = await listening();
    await nodeRed.start(settings, other, { ...watch, interval: '0' });
    const peer = await amm.connection();
    await nodeRed.showing('watch', 'connected');
    await requireNothingElse(peer);
  });

  it('begin at once where others have the connection already', async () => {
    const { amm, settings } = await listening();
    await nodeRed.start(settings, other);
    const peer = await amm.connection();
    await nodeRed.showing('other', 'connected');
    await nodeRed.deploy('nodes', settings, other, { ...watch, interval: HOUR, first: 'added' });
    await asked(peer);
    answer(peer, 1);
    assert.equal(added(await nodeRed.output()).length, 1);
  });

  it('leave nothing behind at a client that stays', async () => {
    const { amm, settings } = await listening();
    await nodeRed.start(settings, other);
    const peer = await amm.connection();
    const before = listeners();
    for (let n = 0; n < 3; n += 1) {
      await nodeRed.deploy('nodes', settings, other, { ...watch, interval: HOUR });
      await asked(peer);
      answer(peer, 1);
      await nodeRed.showing('watch', '1 EP');
      assert.equal(listeners(), before + 2);
      await nodeRed.deploy('nodes', settings, other);
      assert.equal(listeners(), before);
    }
    await requireNothingElse(peer);
  });

  it('report nothing when they fail after the node has gone', async () => {
    const { amm, settings } = await listening();
    await nodeRed.start(settings, other, { ...watch, interval: HOUR });
    const peer = await amm.connection();
    await asked(peer);
    await nodeRed.deploy('nodes', settings, other);
    peer.reset();
    await nodeRed.showing('other', 'disconnected');
    await nodeRed.showing('other', 'connected');
  });

  it('show that the settings cannot be used', async () => {
    const { settings } = await listening();
    await nodeRed.start(settings, { ...watch, interval: 'often' }, other);
    await nodeRed.caught('AKM_INVALID_INPUT');
    await nodeRed.showing('other', 'connected');
    assert.equal(nodeRed.texts('watch').at(-1), 'bad settings');
  });

  describe('as time goes by', () => {
    const time = useFakeClock();

    /** A flow that knows of endpoint 1. */
    const knowing = async (...nodes: FlowNode[]) => {
      const { amm, settings } = await listening();
      await nodeRed.start(settings, watch, ...nodes);
      const peer = await amm.connection();
      await asked(peer);
      answer(peer, 1);
      await nodeRed.showing('watch', '1 EP');
      return { amm, settings, peer };
    };

    /** What an AMM gets that comes back. */
    const next = async (amm: { connection(): Promise<ScriptedConnection> }) => {
      time.clock.advance(50); // the longest pause between two attempts to connect
      return amm.connection();
    };

    it('are told in the message that came while one was under way', async () => {
      const { peer } = await knowing();
      time.clock.advance(SECOND);
      await asked(peer);
      const msg = { topic: 'mine' };
      const ended = nodeRed.input('watch', msg);
      answer(peer, 1, 2);
      assert.equal(await ended, undefined);
      assert.equal(await nodeRed.output(), msg);
      await turn();
      assert.equal(nodeRed.size(), 0);
    });

    it('fail the message that came while one was under way, and are reported by that alone', async () => {
      const { peer } = await knowing();
      time.clock.advance(SECOND);
      await asked(peer);
      const ended = nodeRed.input('watch');
      peer.reset();
      assert.equal((await ended)?.code, 'AKM_CONNECTION_LOST');
      await nodeRed.caught('AKM_CONNECTION_LOST');
    });

    it('tell by themselves again after a message had one made', async () => {
      const { peer } = await knowing();
      const ended = nodeRed.input('watch');
      await asked(peer);
      answer(peer, 1);
      await ended;
      await nodeRed.output(COMPLETED);
      time.clock.advance(SECOND);
      await asked(peer);
      answer(peer, 1, 2);
      assert.equal(added(await nodeRed.output()).length, 1);
    });

    it('are not made without a pause where the AMM hangs up on them, which stays to be seen', async () => {
      const { amm, peer } = await knowing(other);
      time.clock.advance(SECOND);
      await asked(peer);
      peer.reset();
      await nodeRed.caught('AKM_CONNECTION_LOST');
      const second = await next(amm);
      await nodeRed.showing('watch', 'connection lost');
      await requireNothingElse(second);
      time.clock.advance(SECOND);
      await asked(second);
      answer(second, 1);
      await nodeRed.showing('watch', '1 EP');
    });

    it('report once that they failed, also where one waited for the connection', async () => {
      const { amm, settings } = await listening();
      const comeBack = await amm.away();
      await nodeRed.start(settings, watch);
      await nodeRed.showing('watch', 'disconnected');
      time.clock.advance(SECOND);
      await nodeRed.showing('watch', 'disconnected');
      await comeBack();
      const peer = await next(amm);
      await asked(peer);
      peer.reset();
      await nodeRed.caught('AKM_CONNECTION_LOST');
      await turn();
    });

    it('show what came of the last one, while an outage is reported once', async () => {
      const { amm } = await knowing();
      const comeBack = await amm.away();
      await nodeRed.showing('watch', 'disconnected');
      for (let n = 0; n < 7; n += 1) {
        time.clock.advance(SECOND);
        await nodeRed.showing('watch', 'disconnected');
        await turn();
      }
      await nodeRed.caught('AKM_NOT_CONNECTED');
      await comeBack();
      const before = nodeRed.texts('watch').length;
      const peer = await next(amm);
      await asked(peer);
      peer.sendRaw(LIST_ENDPOINTS.response.code, Buffer.alloc(2));
      await nodeRed.showing('watch', 'not understood');
      const shown = nodeRed.texts('watch').slice(before);
      assert.ok(!shown.includes('connection lost'), shown.join(', '));
    });
  });
});
