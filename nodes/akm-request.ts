import type { Node, NodeAPI } from 'node-red';
import { AkmError, kindOf } from '../src/errors.js';
import { bufferOn, bytesOf } from '../src/protocol/bytes.js';
import { parseInteger, U32_MAX } from '../src/protocol/integer.js';
import { RESPONSE_OFFSET } from '../src/protocol/message.js';
import { configOf } from './shared/config.js';
import { evaluateInteger } from './shared/evaluate.js';
import { NodeConnection, type UserNodeDef } from './shared/node-connection.js';

interface RequestDef extends UserNodeDef {
  service: 'amm' | 'app';
  code: string;
  codeType: string;
  /** Empty: the code and 0x40. */
  responseCode: string;
}

const operation = 'REQUEST';

export = (RED: NodeAPI): void =>
  RED.nodes.registerType('akm-request', function (this: Node, saved: RequestDef) {
    RED.nodes.createNode(this, saved);
    const config = configOf(this, 'akm-request', saved);
    const { service } = config;
    const user = new NodeConnection<'amm' | 'app'>(RED, this, config, { service, operation });
    user.follow();
    user.onMessage(async (msg, forward) => {
      const typedCode = { value: config.code, type: config.codeType };
      const highest = U32_MAX - RESPONSE_OFFSET;
      const code = await user.live(evaluateInteger(RED, this, typedCode, msg, 'The request code', highest));
      const responseCode =
        config.responseCode === ''
          ? code + RESPONSE_OFFSET
          : parseInteger(config.responseCode, 'The response code', U32_MAX);
      const { body, ...info } = await user.client.request(
        code,
        bodyOf(msg.payload),
        responseCode,
        user.cancellation,
      );
      msg.payload = body;
      msg.akm = { service, operation, ...info };
      user.showConnection();
      forward(msg);
    });
  });

/** @throws AkmError `AKM_INVALID_INPUT` */
function bodyOf(payload: unknown): Buffer {
  const bytes = bytesOf(payload);
  if (bytes) return bufferOn(bytes);
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `msg.payload is ${kindOf(payload)}; bytes (a Buffer, a typed array) with what follows the request code are needed, none for nothing`,
  );
}
