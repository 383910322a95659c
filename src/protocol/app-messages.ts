import { id128, sizedBuffer, u16, u32, u8, zeroTerminatedText } from './field-types.js';
import { layout } from './layout.js';
import { documented, inferred, type Operation } from './message.js';
import { list } from './repeated.js';

/** Bytes of application data that one message can carry (documented). */
export const MAX_APP_BUFFER_SIZE = 4046;
/** Trust relationships that one endpoint can be in (documented as `TOTAL_ATRS_ALLOWED`). */
export const TOTAL_ATRS_ALLOWED = 10;

/** One entry of a GET_ATR_INFO response (inferred). */
const ATR_INFO_ENTRY = layout({ atrId: u16, reserved: u16, category: u32, id: id128 });

/**
 * The requests of the AppEndpoint that are answered: one row an operation. Encoders, decoders, the clients' types and the
 * simulator all come from here, and so does the mark that says what is documented and what is inferred.
 */
export const APP_OPERATIONS = {
  GET_ENDPOINT_INFO: {
    request: documented('GET_ENDPOINT_INFO_REQUEST', 0x01, {}),
    response: inferred('GET_ENDPOINT_INFO_RESPONSE', 0x41, {
      id: id128,
      status: u32,
      name: zeroTerminatedText,
    }),
    changing: false,
  },
  GET_ATR_INFO: {
    request: documented('GET_ATR_INFO_REQUEST', 0x02, {}),
    response: inferred('GET_ATR_INFO_RESPONSE', 0x42, {
      count: u32,
      atrs: list(ATR_INFO_ENTRY, { field: 'count' }),
    }),
    changing: false,
  },
  GET_VERSION: {
    request: documented('GET_VERSION_REQUEST', 0x03, {}),
    response: inferred('GET_VERSION_RESPONSE', 0x43, { major: u8, minor: u8, patch: u8, build: u8 }),
    changing: false,
  },
  REGISTER_APP: {
    request: documented('REGISTER_APP_REQUEST', 0x04, { atrId: u16, appValue: u16 }),
    // the code alone counts as success, so no status is as good as 0
    response: inferred('REGISTER_APP_RESPONSE', 0x44, { status: u32 }),
    changing: true,
  },
} as const satisfies Record<string, Operation>;

/** Application data on its way to the AppEndpoint; `appValue` is the target's. No response is documented. */
export const SEND_APP_DATA_REQUEST = documented('SEND_APP_DATA_REQUEST', 0x05, {
  atrId: u16,
  appValue: u16,
  data: sizedBuffer(MAX_APP_BUFFER_SIZE),
});

/** Application data from the AppEndpoint, pushed at any moment; `appValue` is the sender's. */
export const RECEIVE_APP_DATA_RESPONSE = documented('RECEIVE_APP_DATA_RESPONSE', 0x46, {
  atrId: u16,
  appValue: u16,
  data: sizedBuffer(MAX_APP_BUFFER_SIZE),
});
