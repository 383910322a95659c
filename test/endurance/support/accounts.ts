import type { Node, NodeAPI } from 'node-red';

/** What became of the messages at the nodes of one type. */
export interface Outcome {
  /** Messages that reached a node which was there to take them. */
  accepted: number;
  succeeded: number;
  /** By error code. */
  failed: Record<string, number>;
}

/** What became of all messages so far. */
export interface Summary {
  readonly byType: Readonly<Record<string, Outcome>>;
  /** Not ended yet. */
  readonly open: readonly string[];
  /** Ended more than once, or without having been accepted. */
  readonly endedTooOften: readonly string[];
  /** How many failed of which no Catch node was told, by `<type> <code>`: Node-RED's log must tell of them. */
  readonly uncaught: Readonly<Record<string, number>>;
  readonly sinks: Readonly<Record<string, Arrivals>>;
}

/** What arrived at one sink. */
export interface Arrivals {
  count: number;
  /** Messages that came after a later one of their stream, or twice. */
  disordered: number;
}

/** Numbers of one stream that were passed over at a sink. */
export interface Gap {
  readonly stream: string;
  /** The last one before the gap, and the first after it. */
  readonly after: number;
  readonly before: number;
}

/** What happened since the last time this was asked for. */
export interface News {
  /** Numbers of sends that succeeded, and when: the socket had taken their bytes. */
  readonly taken: readonly (readonly [number: number, time: number])[];
  readonly gaps: readonly Gap[];
}

interface Message {
  readonly _msgid?: string;
  readonly payload?: unknown;
  readonly error?: { readonly source?: { readonly id?: string } };
}

interface ReceiveEvent {
  readonly msg: Message;
  readonly destination: { readonly id: string; readonly node: Node };
}

interface CompleteEvent {
  readonly msg: Message;
  readonly node: { readonly id: string; readonly node: Node };
  readonly error?: { readonly code?: string };
}

/** Node-RED's hooks as they are; its types leave these out. */
interface Hooks {
  add(name: 'onReceive.observer', handler: (event: ReceiveEvent) => void): void;
  add(name: 'onComplete.observer', handler: (event: CompleteEvent) => void): void;
}

/** A message's visit at a node: no message of these tests comes to one twice. */
const visit = (nodeId: string | undefined, { _msgid }: Message): string =>
  `${String(nodeId)} ${String(_msgid)}`;

/** A double-entry account: every message that one of our nodes accepts must leave it once, and every failure reach a Catch node or the log. */
export class Accounts {
  private readonly byType: Record<string, Outcome> = {};
  private readonly open = new Set<string>();
  /** What failed, by the visit: `<type> <code>`. */
  private readonly uncaught = new Map<string, string>();
  private readonly endedTooOften: string[] = [];
  private readonly sinks: Record<string, Arrivals> = {};
  private readonly last = new Map<string, number>();
  private taken: [number, number][] = [];
  private gaps: Gap[] = [];
  private numbers = 0;

  /** A number for a message that none had before. */
  nextNumber(): number {
    this.numbers += 1;
    return this.numbers;
  }

  watch(RED: NodeAPI): void {
    const { hooks } = RED as unknown as { hooks: Hooks };
    hooks.add('onReceive.observer', ({ msg, destination: { id, node } }) => {
      if (node.type === 'catch') this.uncaught.delete(visit(msg.error?.source?.id, msg));
      // a node that has closed takes no message any more: Node-RED itself drops those
      const { _inputCallback: takes } = node as unknown as { _inputCallback: unknown };
      if (!node.type.startsWith('akm-') || !takes) return;
      this.open.add(visit(id, msg));
      this.outcome(node.type).accepted += 1;
    });
    hooks.add('onComplete.observer', ({ msg, node: { id, node }, error }) => {
      if (node.type.startsWith('akm-')) this.ended(node.type, visit(id, msg), msg, error);
    });
  }

  /** A message of a stream came to a sink: `<stream> <number>`. */
  arrived(sink: string, payload: unknown): void {
    const [stream = '', given] = String(payload).split(' ');
    const number = Number(given);
    const arrivals = (this.sinks[sink] ??= { count: 0, disordered: 0 });
    arrivals.count += 1;
    const key = `${sink} ${stream}`;
    const last = this.last.get(key) ?? number - 1;
    if (!(number > last)) arrivals.disordered += 1;
    else if (number > last + 1) this.gaps.push({ stream, after: last, before: number });
    this.last.set(key, number);
  }

  summary(): Summary {
    const { byType, endedTooOften, sinks } = this;
    const uncaught: Record<string, number> = {};
    for (const kind of this.uncaught.values()) uncaught[kind] = (uncaught[kind] ?? 0) + 1;
    return { byType, endedTooOften, sinks, open: [...this.open], uncaught };
  }

  news(): News {
    const { taken, gaps } = this;
    this.taken = [];
    this.gaps = [];
    return { taken, gaps };
  }

  private ended(type: string, key: string, { payload }: Message, error: CompleteEvent['error']): void {
    if (!this.open.delete(key)) this.endedTooOften.push(key);
    const outcome = this.outcome(type);
    if (error) {
      const code = error.code ?? 'no code';
      outcome.failed[code] = (outcome.failed[code] ?? 0) + 1;
      this.uncaught.set(key, `${type} ${code}`);
    } else {
      outcome.succeeded += 1;
      if (type === 'akm-send') this.taken.push([Number(payload), Date.now()]);
    }
  }

  private outcome(type: string): Outcome {
    return (this.byType[type] ??= { accepted: 0, succeeded: 0, failed: {} });
  }
}
