import type { Node, NodeAPI } from 'node-red';
import type { AmmClient } from '../src/client/amm/amm-client.js';
import type { ConnectionState } from '../src/client/connection/connection.js';
import type { NumberInput } from '../src/client/options.js';
import { Poller } from './shared/watch/poller.js';
import type { AkmError } from '../src/errors.js';
import { configOf } from './shared/config.js';
import { toAkmError } from './shared/errors.js';
import type { Forward } from './shared/input.js';
import type { AkmMessage } from './shared/messages.js';
import { inMilliseconds } from './shared/seconds.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';
import {
  askFor,
  checkWhat,
  infoOf,
  numberOf,
  WatchedLists,
  type Lists,
  type What,
} from './shared/watch/watched-lists.js';

interface WatchDef extends UserNodeDef {
  /** seconds; 0: only when a message comes in */
  interval: NumberInput;
  what: What;
  /** What becomes of the first lists: they are taken silently, or told as added. */
  first: 'baseline' | 'added';
}

const SERVICE = 'amm';
const operation = 'WATCH';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-watch', function (this: Node, saved: WatchDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-watch', saved);
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    const watched = new WatchedLists(config.first !== 'added');
    /** What the last poll that went well found. */
    let last: Lists | undefined;
    /** Why the last poll failed; undefined where it did not. */
    let outage: AkmError | undefined;
    /** How many messages wait for a poll: what comes of it is theirs to tell. */
    let asking = 0;
    let ended = false;

    const poller = new Poller(async (): Promise<Lists> => {
      try {
        checkedInterval(config);
        last = await askFor(config.what, user.client, user.names);
        outage = undefined;
        showState();
        return last;
      } catch (error) {
        outage = toAkmError(error);
        throw outage;
      }
    });

    const counts = ({ endpoints, atrs }: Lists): string => {
      const values = { endpoints: numberOf(endpoints), atrs: numberOf(atrs) };
      if (!atrs) return RED._('status.endpoints', values);
      return RED._(endpoints ? 'status.both' : 'status.atrs', values);
    };

    const showState = (state: ConnectionState = user.client.state): void => {
      const isBack = state === 'connected' && outage?.code !== 'AKM_NOT_CONNECTED';
      if (isBack && outage) user.status.failure(outage);
      else if (isBack && last) user.status.words(counts(last));
      else user.showConnection(state);
    };

    /** Tells what is new, if nobody has told it yet. It is known only once the message has it. */
    const tell = (lists: Lists, msg: AkmMessage, forward: Forward): void => {
      const payload = watched.compare(lists);
      if (payload) {
        msg.payload = payload;
        msg.akm = { service: SERVICE, operation, ...infoOf(lists) };
      }
      watched.accept(lists);
      if (payload) forward(msg);
    };

    const pollByItself = async (): Promise<void> => {
      const known = outage;
      try {
        const lists = await poller.poll();
        if (asking > 0 || ended) return;
        tell(lists, {}, (msg) => this.send(msg));
      } catch (error) {
        if (asking > 0 || ended) return;
        if (!known) user.report(error);
        else showState();
      }
    };

    /** Whether a connection is all that was missing. After another failure an AMM that hangs up on requests would be asked without a pause. */
    const isDue = (): boolean => (outage ? outage.code === 'AKM_NOT_CONNECTED' : !last);

    const pollEvery = (interval: number, client: AmmClient): void => {
      const begin = (): void => void pollByItself();
      const beginWhenConnected = (state: ConnectionState): void => {
        if (state === 'connected' && isDue() && !poller.busy) begin();
      };
      user.onceDeployed(() => {
        poller.start(interval, begin);
        client.on('state', beginWhenConnected);
        user.onEnd(() => client.off('state', beginWhenConnected));
        beginWhenConnected(client.state);
      });
    };

    user.onEnd(() => {
      ended = true;
      poller.close();
    });
    user.onMessage(async (msg, forward) => {
      asking += 1;
      try {
        tell(await poller.poll(), msg, forward);
      } finally {
        asking -= 1;
      }
    });
    try {
      const interval = checkedInterval(config);
      if (interval > 0) pollEvery(interval, user.client);
      user.follow(showState);
    } catch (error) {
      user.onceDeployed(() => {
        user.report(error);
        user.showBadSettings();
      });
    }
  });

/**
 * The interval in milliseconds, where all settings can be used.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
function checkedInterval({ interval, what }: WatchDef): number {
  checkWhat(what);
  return inMilliseconds(interval, 'The interval (s)');
}
