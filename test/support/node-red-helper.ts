import util from '@node-red/util';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { AkmError, type AkmErrorCode } from '../../src/errors.js';
import { useTestPeers, type TestPeers } from './clients.js';
import { inTime } from './deadline.js';
import { CAUGHT, COMPLETED, flowOf, OUT, type Caught, type FlowNode, type Message } from './flows.js';
import { Mailbox } from './mailbox.js';
import { AKM_NODES, events, readCatalogues } from './node-red-nodes.js';
import { openResources, requireSameResources } from './open-resources.js';
import { turn } from './promises.js';

/** What a node shows below itself. */
export interface Status {
  fill?: string;
  shape?: string;
  text?: string;
}

/** A line of Node-RED's log. */
export interface LogLine {
  level: number;
  id?: string;
  msg: unknown;
}

/** A node in what the hooks tell. */
interface Place {
  id: string;
  node: Node;
}

/** Node-RED's hooks as they can be taken away again; its types leave the labels out. */
const hooks = util.hooks as unknown as {
  add(name: 'onReceive.test', handler: (event: { msg: Message; destination: Place }) => void): void;
  add(
    name: 'onComplete.test',
    handler: (event: { msg: Message; node: Place; error?: AkmError }) => void,
  ): void;
  remove(label: '*.test'): void;
};

/** Who waits for a node to end a message. */
interface Waiting {
  id: string;
  resolve: (error?: AkmError) => void;
}

/**
 * A Node-RED runtime with our nodes, and all that can be seen of them from outside: what they send, what reaches a Catch and a
 * Complete node, each status, how often each message was ended.
 */
export class TestNodeRed {
  readonly log: LogLine[] = [];
  private readonly sinks = new Map<string, Mailbox<Message>>();
  private readonly shown = new Map<string, Status[]>();
  /** Errors at the Catch node that no test has taken yet. */
  private readonly untaken = new Set<Message>();
  /** How many `done` each message still owes at each node; below zero for one too many. */
  private readonly owed = new Map<string, number>();
  private readonly waiting = new Map<Message, Waiting>();
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private running = false;

  /** Starts Node-RED with a flow; see {@link flowOf} for what is added to it. */
  async start(...nodes: FlowNode[]): Promise<void> {
    await this.startWith([], flowOf(nodes));
  }

  /** Starts Node-RED with more nodes than ours, and with a flow as it is. */
  async startWith(nodes: readonly ((RED: NodeAPI) => void)[], flow: FlowNode[]): Promise<void> {
    this.running = true;
    this.observe();
    await helper.load([this.registerSink, ...AKM_NODES, ...nodes], flow);
  }

  /** Deploys another flow. */
  deploy(type: 'full' | 'flows' | 'nodes', ...nodes: FlowNode[]): Promise<void> {
    return this.deployWhole(type, flowOf(nodes));
  }

  /** Deploys another flow as it is. */
  async deployWhole(type: 'full' | 'flows' | 'nodes', flow: FlowNode[]): Promise<void> {
    const started = once(events, 'flows:started');
    // the helper waits for the same event, but for a moment only: too short for a busy machine
    helper.setFlows(flow, type).catch(() => undefined);
    await inTime(started, () => 'the flow to start');
  }

  /** Stops Node-RED. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.running = false;
    await inTime(Promise.resolve(helper.unload()), () => 'Node-RED to stop');
    hooks.remove('*.test');
    util.log.removeHandler(this.onLog);
    events.off('node-status', this.onStatus);
  }

  /** A node that is there. */
  node(id: string): Node {
    const node = helper.getNode(id);
    assert.ok(node, `there is a node ${id}`);
    return node;
  }

  /** Hands a message to a node. Resolves once that has ended it, to its error or to undefined. */
  input(id: string, msg: Message = {}): Promise<AkmError | undefined> {
    const ended = new Promise<AkmError | undefined>((resolve) => {
      this.waiting.set(msg, { id, resolve });
    });
    this.node(id).receive(msg);
    return inTime(ended, () => `${id} to end its message`);
  }

  /** Hands a message to a node that must complete it and send it on: the same object. */
  async success(id: string, msg: Message = {}, sink = OUT): Promise<Message> {
    assert.equal(await this.input(id, msg), undefined);
    const sent = await this.output(sink);
    assert.equal(sent, msg, 'the object handed in is the one sent on');
    const { complete } = (await this.output(COMPLETED)) as { complete?: { source: { id: string } } };
    assert.equal(complete?.source.id, id);
    return sent;
  }

  /** Hands a message to a node that must fail with this code. Returns what the Catch node gives. */
  async failure(id: string, msg: Message, code: AkmErrorCode): Promise<Caught> {
    const error = await this.input(id, msg);
    assert.ok(error instanceof AkmError, `expected ${code}, but got ${String(error)}`);
    const caught = await this.caught(code);
    assert.equal(caught.error.source.id, id);
    return caught;
  }

  /** The next message at a sink. */
  output(id = OUT): Promise<Message> {
    return inTime(
      this.sink(id).take(),
      () => `a message at ${id}; there were errors: ${this.unexpected().join('; ')}`,
    );
  }

  /** How many messages there are at a sink that no test has taken yet. */
  size(id = OUT): number {
    return this.sink(id).size;
  }

  /** What the Catch node gives next: an error of this code. */
  async caught(code: AkmErrorCode): Promise<Caught> {
    const caught = (await this.output(CAUGHT)) as Caught;
    this.untaken.delete(caught);
    assert.equal(caught.error.code, code, caught.error.message);
    return caught;
  }

  /** Everything that a node has shown so far. */
  statuses(id: string): readonly Status[] {
    return this.shown.get(id) ?? [];
  }

  /** The texts of {@link statuses}. */
  texts(id: string): (string | undefined)[] {
    return this.statuses(id).map(({ text }) => text);
  }

  /** Resolves once this is what the node shows. */
  async showing(id: string, text: string): Promise<Status> {
    for (;;) {
      const status = this.statuses(id).at(-1);
      if (status?.text === text) return status;
      await inTime(
        once(this.changes, `status ${id}`),
        () => `${id} to show ${text}; it showed ${this.texts(id).join(', ')}`,
      );
    }
  }

  /** Resolves once a line of the log matches. */
  async logged(pattern: RegExp): Promise<void> {
    while (!this.log.some(({ msg }) => pattern.test(String(msg))))
      await inTime(once(this.changes, 'log'), () => `a line in the log that matches ${String(pattern)}`);
  }

  /** Errors that reached the Catch node without being asked for. */
  unexpected(): string[] {
    return [...this.untaken].map((msg) => (msg as Caught).error.message);
  }

  /** Messages that were not ended, or more than once. */
  unbalanced(): string[] {
    return [...this.owed].filter(([, owed]) => owed !== 0).map(([key, owed]) => `${key} owes ${owed} done`);
  }

  /** Forgets all that was seen. */
  clear(): void {
    for (const seen of [this.sinks, this.shown, this.untaken, this.owed, this.waiting]) seen.clear();
    this.log.length = 0;
  }

  private observe(): void {
    util.log.addHandler(this.onLog);
    events.on('node-status', this.onStatus);
    hooks.add('onReceive.test', ({ msg, destination }) => this.owe(destination, msg, 1));
    hooks.add('onComplete.test', ({ msg, node, error }) => {
      this.owe(node, msg, -1);
      const waiting = this.waiting.get(msg);
      if (waiting?.id === node.id) waiting.resolve(error);
    });
  }

  private owe({ id, node }: Place, { _msgid }: Message, change: number): void {
    if (!node.type.startsWith('akm-')) return; // Node-RED's own nodes may end without a word when they are stopped
    const key = `${id} ${String(_msgid)}`;
    this.owed.set(key, (this.owed.get(key) ?? 0) + change);
  }

  private sink(id: string): Mailbox<Message> {
    const sink = this.sinks.get(id) ?? new Mailbox<Message>();
    this.sinks.set(id, sink);
    return sink;
  }

  private arrived(id: string, msg: Message): void {
    if (id === CAUGHT) this.untaken.add(msg);
    this.sink(id).put(msg);
  }

  private readonly onLog = new EventEmitter().on('log', (line: LogLine) => {
    this.log.push(line);
    this.changes.emit('log');
  });

  private readonly onStatus = ({ id, status }: { id: string; status?: Status }): void => {
    if (!status) return; // Node-RED takes back the status of a node that is gone
    this.shown.set(id, [...this.statuses(id), status]);
    this.changes.emit(`status ${id}`);
  };

  private readonly registerSink = (RED: NodeAPI): void => {
    const arrived = (id: string, msg: Message): void => this.arrived(id, msg);
    RED.nodes.registerType('test-sink', function (config: NodeDef) {
      RED.nodes.createNode(this, config);
      this.on('input', (msg, _send, done) => {
        arrived(config.id, msg);
        done();
      });
    });
  };
}

/**
 * A Node-RED runtime for each test of the suite this is called in, and peers for it. After each test everything is stopped, and the test
 * fails if there was an error that it did not ask for, if a message was not ended exactly once, if a promise was rejected and nobody
 * looked (which would end Node-RED), or if a timer or socket is left.
 */
export function useNodeRed(): { nodeRed: TestNodeRed; bench: TestPeers } {
  const nodeRed = new TestNodeRed();
  let opened: string[] = [];
  let unexpected: string[] = [];
  let stray: unknown[] = [];
  // mocha alone would not notice
  const onStray = (reason: unknown): void => {
    stray.push(reason);
  };
  before(readCatalogues);
  beforeEach(async () => {
    nodeRed.clear();
    stray = [];
    process.on('unhandledRejection', onStray);
    await turn(); // so that mocha's own timer counts here as it does below
    opened = openResources();
  });
  afterEach(async () => {
    unexpected = nodeRed.unexpected();
    await nodeRed.stop();
  });
  const bench = useTestPeers();
  afterEach(async () => {
    process.off('unhandledRejection', onStray);
    assert.deepEqual(stray, [], 'promises were rejected, and nobody looked');
    assert.deepEqual(unexpected, [], 'errors reached the Catch node that the test did not ask for');
    assert.deepEqual(nodeRed.unbalanced(), []);
    await requireSameResources(opened);
  });
  return { nodeRed, bench };
}
