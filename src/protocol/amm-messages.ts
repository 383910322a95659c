import { bytes, id128, u32 } from './field-types.js';
import { layout } from './layout.js';
import { documented, inferred, type Operation } from './message.js';
import { list, table } from './repeated.js';

/** Entries of a LIST_ENDPOINTS response, always sent whole (documented). */
export const MAX_ENDPOINTS = 32;
/** Entries of a LIST_ATRS response, always sent whole (documented). */
export const MAX_ATRS = 64;

/** One entry of a LIST_ATRS response. */
const ATR_ENTRY = layout({ category: u32, id: id128 });

/**
 * Every message of the AMM: one row an operation. Encoders, decoders, the clients' types and the simulator all come from
 * here, and so does the mark that says what is documented and what is inferred.
 */
export const AMM_OPERATIONS = {
  LIST_ENDPOINTS: {
    request: documented('LIST_ENDPOINTS_REQUEST', 0x01, { filter: u32 }),
    response: documented('LIST_ENDPOINTS_RESPONSE', 0x41, {
      confirmation: u32,
      count: u32,
      endpoints: table(id128, 'count', MAX_ENDPOINTS),
    }),
    changing: false,
  },
  GET_ENDPOINT_DETAILS: {
    request: inferred('GET_ENDPOINT_DETAILS_REQUEST', 0x02, { id: id128 }),
    response: inferred('GET_ENDPOINT_DETAILS_RESPONSE', 0x42, {
      confirmation: u32,
      id: id128,
      details: bytes,
    }),
    changing: false,
  },
  PROVISION_ENDPOINT: {
    request: inferred('PROVISION_ENDPOINT_REQUEST', 0x03, { id: id128 }),
    response: inferred('PROVISION_ENDPOINT_RESPONSE', 0x43, { confirmation: u32 }),
    changing: true,
  },
  CREATE_OPERATIONAL_ATR: {
    request: inferred('CREATE_OPERATIONAL_ATR_REQUEST', 0x04, {
      count: u32,
      endpoints: list(id128, { field: 'count' }),
    }),
    response: inferred('CREATE_OPERATIONAL_ATR_RESPONSE', 0x44, { confirmation: u32, id: id128 }),
    changing: true,
  },
  LIST_ATRS: {
    request: documented('LIST_ATRS_REQUEST', 0x05, { filter: u32 }),
    response: documented('LIST_ATRS_RESPONSE', 0x45, {
      confirmation: u32,
      count: u32,
      atrs: table(ATR_ENTRY, 'count', MAX_ATRS),
    }),
    changing: false,
  },
  DELETE_ENDPOINT: {
    request: inferred('DELETE_ENDPOINT_REQUEST', 0x06, { id: id128 }),
    response: inferred('DELETE_ENDPOINT_RESPONSE', 0x46, { confirmation: u32 }),
    changing: true,
  },
  DELETE_ATR: {
    request: inferred('DELETE_ATR_REQUEST', 0x07, { id: id128 }),
    response: inferred('DELETE_ATR_RESPONSE', 0x47, { confirmation: u32 }),
    changing: true,
  },
} as const satisfies Record<string, Operation>;

/** Categories of trust relationships by number (documented). */
export const ATR_CATEGORIES = ['Illegal', 'Bootstrap', 'Provisional', 'Operational'] as const;

/** The name of a category; any number that is not documented is `Unknown`. */
export function categoryName(category: number): string {
  return ATR_CATEGORIES[category] ?? 'Unknown';
}
