import type { Node, NodeAPI } from 'node-red';
import { SEND_APP_DATA_REQUEST } from '../src/protocol/app-messages.js';
import { U16_MAX } from '../src/protocol/integer.js';
import { toData } from './shared/app-data.js';
import { evaluateInteger } from './shared/evaluate.js';
import { ConnectionUser, type UserNodeDef } from './shared/user-node.js';

interface SendDef extends UserNodeDef {
  atrId: string;
  atrIdType: string;
  /** App Value of the target. */
  appValue: string;
  appValueType: string;
  offline: 'error' | 'queue';
}

const SERVICE = 'app';
const operation = 'SEND_APP_DATA';

/** What a flow that leaves a property out means by it. */
const DEFAULTS = {
  atrId: 'atrId',
  atrIdType: 'msg',
  appValue: 'appValue',
  appValueType: 'msg',
  offline: 'error',
} as const;

export = (RED: NodeAPI): void => {
  RED.nodes.registerType('akm-send', function (this: Node, saved: SendDef) {
    RED.nodes.createNode(this, saved);
    const config = { ...DEFAULTS, ...saved };
    const { code: requestCode, source: layout } = SEND_APP_DATA_REQUEST;
    const user = new ConnectionUser(RED, this, config, { service: SERVICE, operation });
    /** Messages of this node that are not taken by the socket yet. */
    let waiting = 0;

    const showState = (): void => {
      if (waiting > 0 && user.client.state !== 'connected')
        user.status.own('busy', 'status.waiting', waiting);
      else user.showConnection();
    };

    const send = (atrId: number, appValue: number, data: Buffer | string): Promise<void> =>
      new Promise((resolve, reject) => {
        user.client.send({ atrId, appValue, data, offline: config.offline }, (error) => {
          waiting -= 1;
          if (error) {
            reject(error);
            return;
          }
          showState();
          resolve();
        });
        waiting += 1;
        showState();
      });

    user.follow(showState);
    user.onMessage(async (msg, forward) => {
      const atrIdInput = { value: config.atrId, type: config.atrIdType };
      const appValueInput = { value: config.appValue, type: config.appValueType };
      const atrId = await evaluateInteger(RED, this, atrIdInput, msg, 'The ATR ID', U16_MAX);
      const appValue = await evaluateInteger(
        RED,
        this,
        appValueInput,
        msg,
        "The target's App Value",
        U16_MAX,
      );
      const data = toData(msg.payload);
      const length = Buffer.byteLength(data);
      await send(atrId, appValue, data);
      msg.akm = { service: SERVICE, operation, requestCode, layout, atrId, appValue, length };
      forward(msg);
    });
  });
};
