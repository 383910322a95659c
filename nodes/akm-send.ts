import type { Node, NodeAPI } from 'node-red';
import { SEND_APP_DATA_REQUEST } from '../src/protocol/app-messages.js';
import { readAtrId } from '../src/settings/aliases.js';
import { toData } from './shared/app-data.js';
import { configOf } from './shared/config.js';
import { evaluateApplication } from './shared/evaluate.js';
import type { AkmInfo } from './shared/messages.js';
import { nameApplication } from './shared/names.js';
import { followRegistration } from './shared/registration-status.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

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

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-send', function (this: Node, saved: SendDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-send', saved);
    const { code: requestCode, source: layout } = SEND_APP_DATA_REQUEST;
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation });
    /** Messages of this node that are not taken by the socket yet. */
    let waiting = 0;
    /** Messages that were sent since the node started. */
    let sent = 0;

    const showState = (): void => {
      const isConnected = user.state === 'connected';
      if (isConnected && sent > 0) user.status.count('sent', sent);
      else if (user.state && !isConnected && waiting > 0) user.status.own('waiting', waiting);
      else user.showConnection();
    };

    const send = (atrId: number, appValue: number, data: Buffer | string): Promise<void> =>
      new Promise((resolve, reject) => {
        user.client.send(
          { atrId, appValue, data, offline: config.offline, signal: user.cancellation.signal },
          (error) => {
            waiting -= 1;
            if (error) {
              reject(error); // which is shown, while there is a connection
            } else {
              sent += 1;
              resolve();
            }
            if (!error || user.state !== 'connected') user.status.often(showState);
          },
        );
        waiting += 1;
        if (user.state !== 'connected') user.status.often(showState);
      });

    /** The ATR ID where it is the same for all messages; else undefined. */
    const fixedAtrId = (): number | undefined => {
      try {
        return config.atrIdType === 'num' ? readAtrId(user.names, config.atrId) : undefined;
      } catch {
        return undefined; // each message fails with what is wrong
      }
    };
    user.onClient((client) => followRegistration(user, client, fixedAtrId(), showState));
    user.onMessage(async (msg, forward) => {
      const { names } = user;
      const what = "The target's App Value";
      const { atrId, appValue } = await user.live(evaluateApplication(RED, this, names, config, msg, what));
      const data = toData(msg.payload);
      const length = Buffer.byteLength(data);
      await send(atrId, appValue, data);
      const akm: AkmInfo = { service: SERVICE, operation, requestCode, layout, atrId, appValue, length };
      nameApplication(akm, names, atrId, appValue);
      msg.akm = akm;
      forward(msg);
    });
  });
