import { akmNode, type FlowNode } from '../../test/support/real-node-red/index.js';
import { ATR_ID, OWN_APP_VALUE } from '../programs/wire.js';

/** A node that registers the benchmark's application: without one, akm-receive and akm-send do not say that they are ready. */
export function registerNode(id: string, connection: string): FlowNode {
  return akmNode(id, 'akm-register', {
    connection,
    atrId: String(ATR_ID),
    atrIdType: 'num',
    appValue: String(OWN_APP_VALUE),
    appValueType: 'num',
    auto: true,
  });
}
