import type { Node, NodeAPI } from 'node-red';
import type { ReceivedData } from '../src/client/subscriptions.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../src/protocol/app-messages.js';
import { parseInteger, U16_MAX } from '../src/protocol/integer.js';
import { fromData, type DataFormat } from './shared/app-data.js';
import { ConnectionUser, type UserNodeDef } from './shared/user-node.js';

interface ReceiveDef extends UserNodeDef {
  /** Empty for any. */
  atrId: string;
  /** App Value of the sender; empty for any. */
  appValue: string;
  format: DataFormat;
}

const SERVICE = 'app';
const operation = 'RECEIVE_APP_DATA';

/** What a flow that leaves a property out means by it. */
const DEFAULTS = { atrId: '', appValue: '', format: 'auto' } as const;

export = (RED: NodeAPI): void => {
  RED.nodes.registerType('akm-receive', function (this: Node, saved: ReceiveDef) {
    RED.nodes.createNode(this, saved);
    const config = { ...DEFAULTS, ...saved };
    const { code: responseCode, source: layout } = RECEIVE_APP_DATA_RESPONSE;
    const user = new ConnectionUser(RED, this, config, { service: SERVICE, operation });

    /** Whether the last data could not be read: shown until there is some that can. */
    let failing = false;

    const receive = ({ atrId, appValue, data }: ReceivedData): void => {
      const details = { responseCode, layout, length: data.length };
      const about = { topic: `akm/${atrId}/${appValue}`, atrId, appValue };
      try {
        const payload = fromData(data, config.format);
        this.send({ ...about, payload, akm: { service: SERVICE, operation, ...details } });
        if (failing) user.showConnection();
        failing = false;
      } catch (error) {
        failing = true;
        // not lost: a Catch node gets the data as it came
        user.report(error, { ...about, payload: Buffer.from(data) }, details);
      }
    };

    const wanted = (value: string, what: string): number | undefined =>
      value === '' ? undefined : parseInteger(value, what, U16_MAX);
    try {
      const atrId = wanted(config.atrId, 'The ATR ID');
      const appValue = wanted(config.appValue, "The sender's App Value");
      user.onEnd(user.client.subscribe({ atrId, appValue }, receive));
      user.follow();
    } catch (error) {
      user.onceDeployed(() => {
        user.report(error);
        user.showBadSettings();
      });
    }
  });
};
