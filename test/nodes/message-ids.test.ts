import assert from 'node:assert/strict';
import { messageIds } from '../../nodes/shared/message-ids.js';

describe('message ids', () => {
  it('look like those that Node-RED makes', () => {
    const nextId = messageIds();
    for (let n = 0; n < 1000; n += 1) assert.match(nextId(), /^[0-9a-f]{16}$/);
  });

  it('differ from message to message and from node to node', () => {
    const nodes = [messageIds(), messageIds(), messageIds()];
    const ids = Array.from({ length: 30_000 }, (_, n) => nodes[n % nodes.length]?.());
    assert.equal(new Set(ids).size, ids.length);
  });
});
