import type { Node, NodeAPI } from 'node-red';
import type { DataFilter, ReceivedData } from '../src/client/app/subscriptions.js';
import { RECEIVE_APP_DATA_RESPONSE } from '../src/protocol/app-messages.js';
import { readApplication, readAtrId } from '../src/settings/aliases.js';
import { fromData, type DataFormat } from './shared/app-data.js';
import { configOf } from './shared/config.js';
import { messageIds } from './shared/message-ids.js';
import type { AkmInfo } from './shared/messages.js';
import { nameApplication } from './shared/names.js';
import { followRegistration } from './shared/registration-status.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface ReceiveDef extends UserNodeDef {
  /** Empty for any. */
  atrId: string;
  /** App Value of the sender; empty for any. */
  appValue: string;
  format: DataFormat;
}

const SERVICE = 'app';
const operation = 'RECEIVE_APP_DATA';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-receive', function (this: Node, saved: ReceiveDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-receive', saved);
    const { code: responseCode, source: layout } = RECEIVE_APP_DATA_RESPONSE;
    const user = new NodeConnection(RED, this, config, { service: SERVICE, operation, unprompted: true });

    /** Messages that were handed on since the node started. */
    let received = 0;
    /** What can stand in front of the number in the status. */
    let labels: string[] = [];

    const showState = (): void => {
      if (received > 0 && user.state === 'connected') user.status.count('received', received, labels);
      else user.showConnection();
    };

    const nextId = messageIds();

    const receive = ({ atrId, appValue, data }: ReceivedData): void => {
      const akm: AkmInfo = { service: SERVICE, operation, responseCode, layout, length: data.length };
      nameApplication(akm, user.names, atrId, appValue);
      const topic = `akm/${atrId}/${appValue}`;
      try {
        const payload = fromData(data, config.format);
        // one literal: one that spreads another in makes Node.js 20 take as long for a message as all the rest does
        this.send({ _msgid: nextId(), topic, payload, atrId, appValue, akm });
        received += 1;
        user.status.often(showState);
      } catch (error) {
        // not lost: a Catch node gets the data as it came
        user.report(error, { topic, payload: Buffer.from(data), atrId, appValue }, akm);
      }
    };

    const wanted = (): DataFilter => {
      const { names } = user;
      const atrId = config.atrId === '' ? undefined : readAtrId(names, config.atrId);
      if (config.appValue === '') return { atrId };
      return readApplication(names, atrId, config.appValue, "The sender's App Value");
    };
    const labelsFor = ({ atrId }: DataFilter): string[] => {
      if (atrId === undefined) return [];
      const name = user.names.ofAtr(atrId);
      return [...(name === undefined ? [] : [name]), RED._('status.atr', { number: atrId })];
    };
    user.onClient((client) => {
      const filter = wanted();
      labels = labelsFor(filter);
      const unsubscribe = client.subscribe(filter, receive, { borrow: true });
      const unfollow = followRegistration(user, client, filter.atrId, showState);
      return () => {
        unsubscribe();
        unfollow();
      };
    });
  });
