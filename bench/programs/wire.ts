/** Frames that are made once, before anything is measured. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import {
  APP_OPERATIONS,
  MAX_APP_BUFFER_SIZE,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../src/protocol/app-messages.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { AMM_DIALECT, APP_DIALECT, HEADER_SIZE } from '../../src/protocol/header.js';
import { identifierOf } from '../../src/protocol/identifier.js';
import { encodeFrame } from '../../src/protocol/message.js';

/** Bytes of every frame that carries application data. */
export const FRAME_SIZE = 4070;
/** Where a frame's code begins. */
export const CODE_AT = HEADER_SIZE;

export const ATR_ID = 1;
/** The App Value that the benchmark's application registers, and the one that data comes from and goes to. */
export const OWN_APP_VALUE = 100;
export const OTHER_APP_VALUE = 200;

/** Frames in one write where there are several: about as many bytes as one read takes. */
export const SEVERAL = 16;

/** What the data of a frame is: a short text, or as much text as a frame holds. */
export type Load = 'short' | 'full';

export const TEXTS: Readonly<Record<Load, string>> = {
  short: 'temperature 21.5 °C',
  full: '{"name":"temperature","value":21.5,"unit":"degrees Celsius"},'
    .repeat(70)
    .slice(0, MAX_APP_BUFFER_SIZE),
};

/** A frame as a client sends it. */
export function sentFrame(load: Load): Buffer {
  const values = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS[load] };
  return encodeFrame(APP_DIALECT, SEND_APP_DATA_REQUEST, values);
}

/** A frame as a client receives it. */
export function pushedFrame(load: Load): Buffer {
  const values = { atrId: ATR_ID, appValue: OTHER_APP_VALUE, data: TEXTS[load] };
  return encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, values);
}

export const REGISTERED = encodeFrame(APP_DIALECT, APP_OPERATIONS.REGISTER_APP.response, { status: 0 });

/** The answer to {@link LIST_REQUEST}, with `count` endpoints. */
export function endpointList(count: number): Buffer {
  const endpoints = Array.from({ length: count }, (_, n) =>
    identifierOf(BigInt(n + 1), BigInt(n + 1) << 32n),
  );
  return encodeFrame(AMM_DIALECT, AMM_OPERATIONS.LIST_ENDPOINTS.response, {
    confirmation: 0,
    count,
    endpoints,
  });
}

export const LIST_REQUEST = encodeFrame(AMM_DIALECT, AMM_OPERATIONS.LIST_ENDPOINTS.request, { filter: 0 });

/** Listens on a free port of the loopback interface, and gives the port. */
export async function listen(connected: (socket: Socket) => void): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => undefined); // whoever is measured ends without ceremony
    connected(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Bytes of a REGISTER_APP request. */
const REGISTRATION_SIZE = 20;

/** Whether this is a REGISTER_APP request, which a client sends alone: it sends nothing before it has its answer. */
export function isRegistration(chunk: Buffer): boolean {
  return chunk.length === REGISTRATION_SIZE && chunk[CODE_AT] === APP_OPERATIONS.REGISTER_APP.request.code;
}
