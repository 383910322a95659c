import assert from 'node:assert/strict';
import { rejection, turn } from '../support/promises.js';
import { ammClient, appClient, type ModelAmm, type ModelApp } from './client.js';
import { Peer, refusalOf } from './peer.js';
import { endingOf, scenario, send, type Scenario } from './scenario.js';
import { withSlowAddresses } from './slow-addresses.js';
import { REQUEST_TIMEOUT } from './steps.js';

/** How long an App Value stays registered after it was released, in milliseconds (documented). */
const TAKEOVER = 250;

const app =
  (test: (scenario: Scenario<ModelApp>) => Promise<void>, queueLimit?: number) => (): Promise<void> =>
    scenario('app', appClient, test, queueLimit);
const amm =
  (test: (scenario: Scenario<ModelAmm>) => Promise<void>, queueLimit?: number) => (): Promise<void> =>
    scenario('amm', ammClient, test, queueLimit);

/** Two questions, of which one is under way and the other one waits. */
const twoQuestions = ({ questions }: ModelApp) =>
  [1_000_001, 1_000_002].map((number) => endingOf(questions.version(number)));

/** What random episodes have found, each in few steps. */
describe('found in random episodes:', () => {
  describe('a registration', () => {
    it(
      'that is asked for while the AppEndpoint restarts is made, however slowly that answers the first',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        peer.restart(30);
        await soon(() => !client.connected(), 'disconnected');
        const second = endingOf(client.acquire(2, 101).register());
        peer.behaviour.treat({ as: 'late', ms: REQUEST_TIMEOUT * 0.8 }, 1);
        await soon(() => second.outcome !== undefined, 'the request to register ends');
        await soon(() => peer.holds('2/101'), 'registered');
        const sent = send(client, { atrId: 2, text: 'message', offline: 'error' });
        await soon(() => sent.outcome === 'ok', 'what is sent then is accepted');
      }),
    );

    it(
      'that met a full queue is made when there is room',
      app(async ({ client, peer, soon }) => {
        peer.behaviour.treat({ as: 'late', ms: REQUEST_TIMEOUT / 2 }, 1);
        const asked = twoQuestions(client);
        const registering = endingOf(client.acquire(1, 100).register());
        await soon(() => asked.every(({ outcome }) => outcome === 'ok'), 'the questions are answered');
        await soon(() => registering.outcome !== undefined, 'the request to register ends');
        await soon(() => peer.holds('1/100'), 'registered');
        const sent = send(client, { atrId: 1, text: 'message', offline: 'error' });
        await soon(() => sent.outcome === 'ok', 'what is sent then is accepted');
      }, 1),
    );

    it(
      'that was refused is tried again, though it was asked for once more with a full queue',
      app(async ({ client, peer, soon }) => {
        const hold = client.acquire(1, 100);
        peer.behaviour.refuse(1);
        assert.equal((await rejection(hold.register(), 'AKM_REJECTED')).status, refusalOf(1, 100));
        peer.behaviour.treat({ as: 'late', ms: REQUEST_TIMEOUT / 2 }, 1);
        const asked = twoQuestions(client);
        const again = endingOf(hold.register(true));
        await soon(() => asked.every(({ outcome }) => outcome === 'ok'), 'the questions are answered');
        await soon(() => again.outcome !== undefined, 'the request to register ends');
        await soon(() => peer.holds('1/100'), 'registered');
      }, 1),
    );

    it(
      'that is released is forgotten by the AppEndpoint, though questions are asked all the time',
      app(async ({ client, peer, soon }) => {
        const hold = client.acquire(1, 100);
        await hold.register();
        let asking = true;
        const ask = async (): Promise<void> => {
          while (asking) {
            await client.questions.version(1_000_001).catch(() => undefined);
            await turn(); // a question that fails at once would leave no time for anything else
          }
        };
        const asked = [ask(), ask()];
        hold.release();
        try {
          await soon(() => !peer.holds('1/100'), 'the App Value is free', TAKEOVER);
        } finally {
          asking = false;
          await Promise.all(asked);
        }
      }),
    );
  });

  describe('data', () => {
    it(
      'that is kept outlasts that the registration is refused for a while',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        peer.restart(10);
        await soon(() => !client.connected(), 'disconnected');
        peer.behaviour.refuse(2);
        const kept = ['a', 'b', 'c'].map((text) => send(client, { atrId: 1, text, offline: 'queue' }));
        await soon(() => kept.every(({ outcome }) => outcome !== undefined), 'every send ends');
        assert.deepEqual(
          kept.map(({ outcome }) => outcome),
          ['ok', 'ok', 'ok'],
        );
        const arrived = (): string[] => peer.connections.flatMap(({ data }) => data.map(({ text }) => text));
        await soon(() => arrived().length === 3, 'all arrives');
        assert.deepEqual(arrived(), ['a', 'b', 'c']);
      }),
    );

    it(
      'that is sent after other data was lost, taken in but not written, is written',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        await turn(); // from here on what arrives is read before the turn's data is written
        for (const connection of peer.live) connection.end();
        const first = send(client, { atrId: 1, text: 'first', offline: 'error' });
        await new Promise<void>((resolve) => process.nextTick(resolve));
        const lost = send(client, { atrId: 1, text: 'lost', offline: 'error' });
        await soon(() => lost.outcome !== undefined, 'the second send ends');
        await soon(() => client.connected() && client.status(1) === 'registered', 'registered again');
        const next = send(client, { atrId: 1, text: 'next', offline: 'error' });
        await soon(() => next.outcome !== undefined, 'the third send ends');
        assert.deepEqual(
          [first, lost, next].map(({ outcome }) => outcome),
          ['ok', 'AKM_CONNECTION_LOST', 'ok'],
        );
      }),
    );

    it(
      'that waits is failed at the close, though the callback of some of it throws',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        peer.restart(1000);
        await soon(() => !client.connected(), 'disconnected');
        const sent = Array.from({ length: 10 }, (_, n) =>
          send(client, { atrId: 1, text: String(n), offline: 'queue' }, n === 3),
        );
        await client.close();
        assert.deepEqual(new Set(sent.map(({ outcome }) => outcome)), new Set(['AKM_CLOSED']));
        assert.deepEqual(new Set(sent.map(({ times }) => times)), new Set([1]));
        assert.equal(client.waiting(), 0);
      }),
    );

    it(
      'that waits is failed at the close, though some of it has no callback',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        peer.restart(1000);
        await soon(() => !client.connected(), 'disconnected');
        const waiting = (text: string) => send(client, { atrId: 1, text, offline: 'queue' });
        const first = waiting('first');
        try {
          client.sendWithoutCallback({ atrId: 1, appValue: 7, text: 'none', offline: 'queue' });
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'AKM_INVALID_INPUT'); // to refuse it is as good
        }
        const last = waiting('last');
        await client.close();
        assert.deepEqual([first.outcome, last.outcome], ['AKM_CLOSED', 'AKM_CLOSED']);
        assert.equal(client.waiting(), 0);
      }),
    );

    it(
      'that was written calls back for each, though some of the callbacks throw',
      app(async ({ client, peer, soon }) => {
        await client.acquire(1, 100).register();
        const sent = Array.from({ length: 100 }, (_, n) =>
          send(client, { atrId: 1, text: String(n), offline: 'error' }, n % 20 === 3),
        );
        await soon(() => sent.every(({ times }) => times === 1), 'each callback is called');
        await soon(() => peer.connections[0]?.data.length === 100, 'all arrives');
      }),
    );
  });

  it(
    'a listener of the state that throws does not keep it from the others',
    app(async ({ client, peer, soon }) => {
      const told: boolean[] = [];
      client.onState(() => {
        throw new Error('a listener that fails');
      });
      client.onState((connected) => told.push(connected));
      for (const connection of peer.live) connection.reset();
      await soon(
        () => told.includes(false) && told.includes(true),
        'the loss and the new connection are told',
      );
    }),
  );

  it('a host whose first address is slow and whose second is down is connected to', async () => {
    const peer = await Peer.listen('amm');
    const { host, port } = peer;
    const client = ammClient({
      host: 'two-addresses.test',
      port,
      requestTimeout: 3000,
      reconnectMin: 5,
      reconnectMax: 20,
    });
    try {
      await withSlowAddresses([host, '127.0.0.1'], 400, async () => {
        client.open();
        assert.equal(await client.questions.atrs(1_000_001), 1_000_001);
      });
    } finally {
      await client.close();
      await peer.close();
    }
  });

  it(
    'a question that tolerates no reply is answered again after one answer was lost',
    amm(async ({ client, peer, soon }) => {
      peer.behaviour.treat({ as: 'lost' }, 1);
      const outcomes: (string | undefined)[] = [];
      for (let number = 1_000_001; number <= 1_000_007; number += 1) {
        const asked = endingOf(client.questions['endpoints, tolerant'](number));
        await soon(() => asked.outcome !== undefined, 'the question ends');
        outcomes.push(asked.outcome);
      }
      assert.equal(outcomes[0], 'AKM_TIMEOUT');
      // the answer may still be on its way for a while
      assert.deepEqual(outcomes.slice(3), ['ok', 'ok', 'ok', 'ok']);
    }),
  );

  it('the late answer to what a client asks by itself at first is given to no other question', () =>
    scenario(
      'app',
      appClient,
      async ({ client }) => {
        const [end] = await Promise.allSettled([client.questions.endpoint(1_000_001)]);
        assert.ok(end.status === 'rejected' || end.value === 1_000_001, JSON.stringify(end));
      },
      1000,
      ({ behaviour }) => behaviour.treat({ as: 'late', ms: REQUEST_TIMEOUT * 1.25 }, 1),
    ));

  it(
    'questions that tolerate no reply count against the limit of the queue, and their failures are counted',
    amm(async ({ client, peer, soon }) => {
      peer.behaviour.treat({ as: 'lost' }, 1);
      const asked = Array.from({ length: 50 }, (_, n) =>
        endingOf(client.questions['endpoints, tolerant'](1_000_001 + n)),
      );
      assert.ok(client.waiting() <= 10, `${client.waiting()} wait`);
      await soon(
        () => asked.filter(({ outcome }) => outcome === 'AKM_QUEUE_FULL').length >= 39,
        'most are refused',
      );
      await soon(() => asked.every(({ outcome }) => outcome !== undefined), 'all end', 50 * REQUEST_TIMEOUT);
      const failed = asked.filter(({ outcome }) => outcome !== 'ok').length;
      assert.equal(client.errors(), failed);
    }, 10),
  );
});
