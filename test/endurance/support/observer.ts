import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { Request, Response } from 'express';
import type { EventEmitter } from 'node:events';
import { Accounts } from './accounts.js';
import { CONNECTION } from './connection-id.js';
import { takeVitals, watchVitals } from './vitals.js';

/** A node that sends a message every so often while the traffic is on. */
interface SourceDef extends NodeDef {
  /** milliseconds */
  every: number;
  /** How many messages at a time. */
  burst?: number;
  /** How many messages at all. */
  limit?: number;
  /** What each message carries. A `payload` of `#` becomes the message's number, which is given once in the process' life. */
  message: Record<string, unknown>;
  /** Messages go through these in turn; each takes the place of the properties of the same name. */
  turns?: Record<string, unknown>[];
}

/** A node that uses the event loop up. */
interface BurnerDef extends NodeDef {
  /** milliseconds a message */
  burn: number;
}

/** The clients that the nodes share, as far as there are any. */
function clientsOf(RED: NodeAPI): EventEmitter[] {
  const node = RED.nodes.getNode(CONNECTION) as unknown as {
    clients?: Record<string, { client?: EventEmitter }>;
  } | null;
  return Object.values(node?.clients ?? {}).flatMap(({ client }) => (client ? [client] : []));
}

/**
 * What sits inside a Node-RED under test: sources of traffic, sinks, and an account of every message that reached one of our nodes.
 * It outlives all redeploys, since it is no part of the flow. It is asked over the admin API.
 */
export = (RED: NodeAPI): void => {
  const accounts = new Accounts();
  const vitals = watchVitals();
  let traffic = false;

  accounts.watch(RED);

  RED.nodes.registerType('test-source', function (this: Node, config: SourceDef) {
    RED.nodes.createNode(this, config);
    const { every, burst = 1, limit = Infinity, message, turns = [{}] } = config;
    let sent = 0;
    const timer = setInterval(() => {
      for (let n = 0; n < burst && traffic && sent < limit; n += 1) {
        const msg = { ...message, ...turns[sent % turns.length] };
        sent += 1;
        this.send(msg['payload'] === '#' ? { ...msg, payload: String(accounts.nextNumber()) } : msg);
      }
    }, every);
    this.on('close', () => clearInterval(timer));
  });

  RED.nodes.registerType('test-burner', function (this: Node, config: BurnerDef) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, send, done) => {
      const end = performance.now() + config.burn;
      while (performance.now() < end);
      send(msg);
      done();
    });
  });

  RED.nodes.registerType('test-sink', function (this: Node, config: NodeDef) {
    RED.nodes.createNode(this, config);
    this.on('input', (msg, _send, done) => {
      accounts.arrived(config.id, msg.payload);
      done();
    });
  });

  RED.httpAdmin.post('/observer/traffic/:state', ({ params }: Request, response: Response) => {
    traffic = params['state'] === 'on';
    response.json({});
  });
  RED.httpAdmin.get('/observer/vitals', (_request: Request, response: Response) => {
    response.json(takeVitals(vitals, clientsOf(RED)));
  });
  RED.httpAdmin.get('/observer/accounts', (_request: Request, response: Response) => {
    response.json(accounts.summary());
  });
  RED.httpAdmin.post('/observer/news', (_request: Request, response: Response) => {
    response.json(accounts.news());
  });
};
