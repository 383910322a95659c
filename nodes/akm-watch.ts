import type { Node, NodeAPI } from 'node-red';
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
    const usage = { service: SERVICE, operation, unprompted: pollsUnprompted(config) } as const;
    const user = new NodeConnection(RED, this, config, usage);
    /** What is known of the AMM that the connection leads to. */
    let watched = new WatchedLists(config.first !== 'added');
    /** What the last poll that went well found. */
    let last: Lists | undefined;
    /** Why the last poll failed; undefined where it did not. */
    let outage: AkmError | undefined;
    /** How many messages wait for a poll: what comes of it is theirs to tell. */
    let asking = 0;

    const poller = new Poller(async (): Promise<Lists> => {
      try {
        checkedInterval(config);
        last = await askFor(config.what, () => user.client, user.names, user.cancellation);
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

    const showState = (): void => {
      const isBack = user.state === 'connected' && outage?.code !== 'AKM_NOT_CONNECTED';
      if (isBack && outage) user.status.failure(outage);
      else if (isBack && last) user.status.words(counts(last));
      else user.showConnection();
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

    const pollUnprompted = async (): Promise<void> => {
      const known = outage;
      try {
        const lists = await poller.poll();
        if (asking === 0 && user.state) tell(lists, {}, (msg) => this.send(msg));
      } catch (error) {
        if (asking > 0 || !user.state) return; // a message reports it, or there is no connection and the status says so
        if (!known) user.report(error);
        else showState();
      }
    };

    /** Whether a connection is all that was missing. After another failure an AMM that hangs up on requests would be asked without a pause. */
    const isDue = (): boolean => (outage ? outage.code === 'AKM_NOT_CONNECTED' : !last);

    user.onClient((client) => {
      const interval = checkedInterval(config);
      const begin = (): void => void pollUnprompted();
      const beginWhenConnected = (): void => {
        if (client.state === 'connected' && isDue() && !poller.busy) begin();
      };
      watched = new WatchedLists(config.first !== 'added');
      outage = undefined;
      last = undefined;
      const cancel = user.onceDeployed(() => {
        if (interval === 0) return;
        poller.start(interval, begin);
        client.on('state', beginWhenConnected);
        beginWhenConnected();
      });
      client.on('state', showState);
      showState();
      return () => {
        cancel();
        poller.close();
        client.off('state', beginWhenConnected);
        client.off('state', showState);
      };
    });
    user.onMessage(async (msg, forward) => {
      asking += 1;
      try {
        tell(await poller.poll(), msg, forward);
      } finally {
        asking -= 1;
      }
    });
  });

/** Whether polls are made, or fail for want of an interval, without a message. */
function pollsUnprompted(config: WatchDef): boolean {
  try {
    return checkedInterval(config) > 0;
  } catch {
    return true;
  }
}

/**
 * The interval in milliseconds, where all settings can be used.
 * @throws AkmError `AKM_INVALID_INPUT`
 */
function checkedInterval({ interval, what }: WatchDef): number {
  checkWhat(what);
  return inMilliseconds(interval, 'The interval (s)');
}
