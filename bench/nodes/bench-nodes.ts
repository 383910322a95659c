/**
 * The nodes that measure inside a Node-RED. They are loaded from a `nodesDir`, and are no part of the package.
 *
 * They take commands by HTTP: `GET bench/<node>/<command>?with={"argument":…}` on the admin API, which listens on loopback.
 */
import type { NodeAPI } from 'node-red';
import { registerCount } from './count.js';
import { registerInject } from './inject.js';
import { registerMemory } from './memory.js';
import type { CommandedNode } from './node.js';
import { registerPing } from './ping.js';
import { registerRequest } from './request.js';

export = (RED: NodeAPI): void => {
  registerInject(RED);
  registerCount(RED);
  registerPing(RED);
  registerRequest(RED);
  registerMemory(RED);

  RED.httpAdmin.get('/bench/:node/:command', (request, response) => {
    const { node: id, command } = request.params;
    const { with: sent = '{}' } = request.query as { with?: string };
    const node = RED.nodes.getNode(id) as CommandedNode | null;
    new Promise<unknown>((resolve) => {
      const run = node?.commands[command];
      if (!run) throw new Error(`there is no ${id}/${command}`);
      resolve(run((JSON.parse(sent) as { argument: never }).argument));
    }).then(
      (result) => response.json({ result }),
      (error: unknown) => response.status(500).send(String(error)),
    );
  });
};
