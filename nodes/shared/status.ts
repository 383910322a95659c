import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/client/connection.js';
import type { AkmError } from '../../src/errors.js';

/** The catalogue that holds the texts which several nodes share. */
const SHARED_CATALOGUE = '@akmflow/node-red-akm/akm-connection';

/** What a status looks like: all is well, something is under way, something is wrong. */
const LOOKS = {
  good: { fill: 'green', shape: 'dot' },
  busy: { fill: 'yellow', shape: 'ring' },
  bad: { fill: 'red', shape: 'ring' },
} as const;

/** How a status looks. */
export type Look = keyof typeof LOOKS;

const STATES: Readonly<Record<Exclude<ConnectionState, 'closed'>, { look: Look; key: string }>> = {
  idle: { look: 'busy', key: 'status.idle' },
  connecting: { look: 'busy', key: 'status.connecting' },
  connected: { look: 'good', key: 'status.connected' },
  disconnected: { look: 'bad', key: 'status.disconnected' },
};

/**
 * A node's status. It is sent on transitions only, since each one goes to every open editor and every Status node; asking
 * for the one that is shown already costs next to nothing.
 */
export class StatusLine {
  private shown = '';
  private ended = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** Shows a text of the node's own catalogue; `number` takes the place of `__number__` in it. */
  own(look: Look, key: string, number?: number): void {
    const id = `${key} ${number ?? ''}`;
    if (id === this.shown || this.ended) return;
    this.shown = id;
    this.node.status({ ...LOOKS[look], text: this.RED._(key, number === undefined ? {} : { number }) });
  }

  /** Shows a text that several nodes share. */
  shared(look: Look, key: string, number?: number): void {
    this.own(look, `${SHARED_CATALOGUE}:${key}`, number);
  }

  /** The node is gone: what still comes of its last messages is not shown at its successor. */
  end(): void {
    this.ended = true;
  }

  /** Shows how the connection is. */
  connection(state: ConnectionState): void {
    if (state === 'closed') return; // the node is ending, and its status with it
    const { look, key } = STATES[state];
    this.shared(look, key);
  }

  /** Shows what became of a message that failed. */
  failure(error: AkmError): void {
    const number = error.confirmation ?? error.status;
    if (error.code === 'AKM_LAYOUT_UNVERIFIED') this.shared('bad', 'status.unverified');
    else if (error.code === 'AKM_REJECTED') this.shared('bad', 'status.rejected', number);
    else this.shared('bad', 'status.failed');
  }
}
