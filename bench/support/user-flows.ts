/** What a user would build today of core nodes alone, as well as it can be done in a function node. */
import { type FlowNode } from '../../test/support/real-node-red/index.js';

/** Parses the frames in a stream of buffers; what is left of the last one is carried over in the node's context. */
const PARSE = `
const rest = context.get('rest');
const bytes = rest ? Buffer.concat([rest, msg.payload]) : msg.payload;
const messages = [];
let at = 0;
while (bytes.length - at >= 12) {
  if (bytes.readUInt32LE(at) !== 0xa55a5aa5) throw new Error('this is no message');
  const length = bytes.readUInt16LE(at + 6);
  if ((length ^ bytes.readUInt16LE(at + 8)) !== 0xffff) throw new Error('this is no header');
  const payload = at + 12;
  const end = payload + length;
  if (end > bytes.length) break;
  if (bytes.readUInt32LE(payload) === 0x46) {
    const size = bytes.readUInt32LE(payload + 8 + 4046);
    messages.push({
      payload: bytes.toString('utf8', payload + 8, payload + 8 + size),
      atrId: bytes.readUInt16LE(payload + 4),
      appValue: bytes.readUInt16LE(payload + 6),
    });
  }
  at = end;
}
context.set('rest', at < bytes.length ? bytes.subarray(at) : undefined);
return [messages];
`;

/** Packs msg.payload for the target at msg.atrId and msg.appValue. */
const PACK = `
const data = Buffer.from(msg.payload, 'utf8');
const frame = Buffer.alloc(4070);
frame.writeUInt32LE(0xa55a5aa5, 0);
frame.writeUInt16LE(0x0100, 4);
frame.writeUInt16LE(4058, 6);
frame.writeUInt16LE(4058 ^ 0xffff, 8);
frame.writeUInt32LE(0x05, 12);
frame.writeUInt16LE(msg.atrId, 16);
frame.writeUInt16LE(msg.appValue, 18);
data.copy(frame, 20);
frame.writeUInt32LE(data.length, 20 + 4046);
msg.payload = frame;
return msg;
`;

/** `tcp in` that connects to `port`, and a function that parses. */
export function tcpInFlow(port: number, next: string): FlowNode[] {
  return [
    {
      id: 'tcp-in',
      type: 'tcp in',
      name: '',
      server: 'client',
      host: '127.0.0.1',
      port: String(port),
      datamode: 'stream',
      datatype: 'buffer',
      newline: '',
      topic: '',
      trim: false,
      base64: false,
      tls: '',
      wires: [['parse']],
    },
    functionNode('parse', PARSE, next),
  ];
}

/** A function that packs, and a `tcp out` that connects to `port`. */
export function tcpOutFlow(port: number): FlowNode[] {
  return [
    functionNode('pack', PACK, 'tcp-out'),
    {
      id: 'tcp-out',
      type: 'tcp out',
      name: '',
      host: '127.0.0.1',
      port: String(port),
      beserver: 'client',
      base64: false,
      end: false,
      tls: '',
      wires: [],
    },
  ];
}

function functionNode(id: string, func: string, next: string): FlowNode {
  return {
    id,
    type: 'function',
    name: '',
    func,
    outputs: 1,
    timeout: 0,
    noerr: 0,
    initialize: '',
    finalize: '',
    libs: [],
    wires: [[next]],
  };
}
