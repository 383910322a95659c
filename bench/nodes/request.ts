import type { Node, NodeAPI, NodeDef } from 'node-red';
import { BareRequest } from '../programs/bare-request.js';

interface RequestDef extends NodeDef {
  port: number;
}

/** `bench-request`: the least that a node for list requests can do, to tell apart what Node-RED and a socket take by themselves. */
export function registerRequest(RED: NodeAPI): void {
  RED.nodes.registerType('bench-request', function (this: Node, config: RequestDef) {
    RED.nodes.createNode(this, config);
    const bare = new BareRequest(config.port);
    this.on('close', () => bare.end());
    this.on('input', (msg, send, done) =>
      bare.ask(() => {
        send(msg);
        done();
      }),
    );
  });
}
