import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { Source } from '../../src/protocol/message.js';
import { ConnectedNode, type Activity, type UserNodeDef } from './connected-node.js';
import { serviceOf, type Clients, type ConnectionNode, type SharedClient } from './connection-node.js';

export type { UserNodeDef } from './connected-node.js';

/** What a node does with its connection. */
export interface Usage<S extends keyof Clients> extends Activity {
  service: S;
}

/** Begins what a node does with a client, and returns what ends it. It throws where the node's settings cannot be used. */
export type Session<C> = (client: C) => () => void;

/**
 * A node's hold on its connection: the client that all its users share, the connection's state as the node's status, and every error where a
 * Catch node finds it. A node may see several clients in its life, one after another, and keeps none of them: what it does with one begins in
 * a session, and ends with it.
 */
export class NodeConnection<S extends keyof Clients> extends ConnectedNode {
  private shared: SharedClient<Clients[S]> | undefined;
  private acquired: Clients[S] | undefined;
  private readonly sessions: Session<Clients[S]>[] = [];
  private readonly endings: (() => void)[] = [];

  constructor(
    RED: NodeAPI,
    node: Node,
    config: UserNodeDef,
    private readonly usage: Usage<S>,
  ) {
    super(RED, node, config, usage);
    this.begin();
  }

  /**
   * The live client. Ask for it after every wait, and keep it for none.
   * @throws AkmError `AKM_INVALID_INPUT` where there is no usable connection, `AKM_CLOSED` where it or the node has ended
   */
  get client(): Clients[S] {
    this.required();
    if (this.acquired) return this.acquired;
    throw new Error('The connection could not be acquired');
  }

  /** How the connection is; undefined without one. */
  get state(): ConnectionState | undefined {
    return this.acquired?.state;
  }

  /** Begins this with the client there is, and with each that follows. */
  onClient(session: Session<Clients[S]>): void {
    this.sessions.push(session);
    if (this.acquired) this.beginSession(session, this.acquired);
  }

  /** Shows how the connection is, now and whenever that changes. */
  follow(show: (state: ConnectionState) => void = () => this.showConnection()): void {
    this.onClient((client) => {
      client.on('state', show);
      show(client.state);
      return () => client.off('state', show);
    });
  }

  /** Shows how the connection is now. */
  showConnection(): void {
    const { acquired } = this;
    if (acquired) this.status.connection(acquired.state, acquired.isWrongService);
  }

  /** Shows that all is well, and whether an answer rests on an inferred layout. */
  showAnswered({ layout }: { layout: Source }): void {
    if (layout === 'inferred') this.status.shared('answeredInferred');
    else this.showConnection();
  }

  protected override get showsFailures(): boolean {
    return this.state === 'connected';
  }

  protected override attach(connection: ConnectionNode): void {
    this.shared = serviceOf(connection, this.usage.service);
    const client = this.shared.acquire(this.node);
    this.acquired = client;
    for (const session of this.sessions) this.beginSession(session, client);
  }

  protected override async detach(): Promise<void> {
    const { shared } = this;
    for (const end of this.endings.splice(0)) end();
    this.acquired = undefined;
    this.shared = undefined;
    await shared?.release(this.node);
  }

  private beginSession(session: Session<Clients[S]>, client: Clients[S]): void {
    try {
      this.endings.push(session(client));
    } catch (error) {
      const cancel = this.onceDeployed(() => {
        this.report(error);
        this.showBadSettings();
      });
      this.endings.push(cancel);
    }
  }
}
