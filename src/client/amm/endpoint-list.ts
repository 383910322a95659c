import { AMM_OPERATIONS, MAX_ENDPOINTS } from '../../protocol/amm-messages.js';
import { CODE_SIZE } from '../../protocol/message.js';

const COUNT = CODE_SIZE + 4;
const ENTRIES = COUNT + 4;
const ENTRY_SIZE = 16;
/** A LIST_ENDPOINTS response that is sent whole: 524 bytes. */
const WHOLE = ENTRIES + MAX_ENDPOINTS * ENTRY_SIZE;

/**
 * Whether a payload has the documented form of a LIST_ENDPOINTS response: the whole table, or only as many entries as it counts. Its code is
 * that of GET_ENDPOINT_INFO's response as well, whose body is only inferred and holds an identifier, a status and a name.
 */
export function isEndpointList(payload: Buffer): boolean {
  if (payload.length < ENTRIES || payload.readUInt32LE(0) !== AMM_OPERATIONS.LIST_ENDPOINTS.response.code)
    return false;
  return payload.length === WHOLE || payload.length === ENTRIES + payload.readUInt32LE(COUNT) * ENTRY_SIZE;
}
