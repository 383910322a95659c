import { once } from 'node:events';
import WebSocket from 'ws';
import { Recorded } from './recorded';

/** A node's status as the editor shows it; all parts are absent once it is cleared. */
export interface NodeStatus {
  readonly fill?: string;
  readonly shape?: string;
  readonly text?: string;
}

/** A message in the debug sidebar, of a debug node that shows the complete message object. */
export interface DebugMessage {
  readonly _msgid: string;
  readonly topic?: unknown;
  readonly payload?: unknown;
  readonly [property: string]: unknown;
}

/** What comes down the channel between runtime and editor: `status/<node id>`, `debug`, `notification/…`, `hb`. */
interface CommsEvent {
  readonly topic: string;
  readonly data: unknown;
}

interface DebugEvent {
  readonly id: string;
  readonly format: string;
  readonly msg: string;
}

/** What the debug sidebar shows: objects travel as JSON, strings as they are. */
function valueOf({ format, msg }: DebugEvent): unknown {
  if (format.startsWith('string')) return msg;
  return format === 'undefined' ? undefined : (JSON.parse(msg) as unknown);
}

/** The channel through which the editor learns of statuses and debug messages. A test sees what a user would see. */
export class Comms {
  readonly #events = new Recorded<CommsEvent>();
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const received = JSON.parse(data.toString()) as CommsEvent | CommsEvent[];
      for (const event of Array.isArray(received) ? received : [received]) this.#events.add(event);
    });
    socket.on('close', () => this.#events.end('the channel to Node-RED was closed'));
    socket.on('error', (error) => this.#events.end(error.message));
  }

  /** Opens the channel of the Node-RED at `url` (`http://127.0.0.1:1880/`). Retained statuses arrive at once. */
  static async open(url: string): Promise<Comms> {
    const socket = new WebSocket(new URL('comms', url.replace(/^http/, 'ws')));
    const comms = new Comms(socket);
    await once(socket, 'open');
    for (const topic of ['status/#', 'debug', 'notification/#'])
      socket.send(JSON.stringify({ subscribe: topic }));
    return comms;
  }

  /** A position to give as `from`: only what comes after now counts. */
  get now(): number {
    return this.#events.now;
  }

  /** Waits for a status of that node that `accept`s. */
  status(
    nodeId: string,
    what: string,
    accept: (status: NodeStatus) => boolean,
    from = 0,
  ): Promise<NodeStatus> {
    return this.#events.find(
      `${what} as the status of ${nodeId}`,
      ({ topic, data }) => {
        if (topic !== `status/${nodeId}`) return undefined;
        const status = data as NodeStatus;
        return accept(status) ? status : undefined;
      },
      from,
    );
  }

  /** Waits for what a debug node shows, where `accept` takes it; anything when that is left out. */
  shown(nodeId: string, from = 0, accept: (value: unknown) => boolean = () => true): Promise<unknown> {
    return this.#events
      .find(
        `what was expected at the debug node ${nodeId}`,
        ({ topic, data }) => {
          const event = data as DebugEvent;
          if (topic !== 'debug' || event.id !== nodeId) return undefined;
          const value = valueOf(event);
          return accept(value) ? { value } : undefined;
        },
        from,
      )
      .then(({ value }) => value);
  }

  /** Waits for a message at a debug node that shows complete messages, where `accept` takes it. */
  message(
    nodeId: string,
    from = 0,
    accept: (message: DebugMessage) => boolean = () => true,
  ): Promise<DebugMessage> {
    return this.shown(nodeId, from, (value) => accept(value as DebugMessage)) as Promise<DebugMessage>;
  }

  close(): void {
    this.#socket.terminate();
  }
}
