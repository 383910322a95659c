import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { AkmError, AkmErrorCode } from '../../src/errors.js';

/** The catalogue that holds the texts which several nodes share. */
const SHARED_CATALOGUE = '@akmflow/node-red-akm/akm-connection';

/** What a status looks like: all is well, something is under way, something is wrong. */
const LOOKS = {
  good: { fill: 'green', shape: 'dot' },
  busy: { fill: 'yellow', shape: 'ring' },
  bad: { fill: 'red', shape: 'ring' },
} as const;

/** Most characters that can be read below a node. */
const LONGEST_TEXT = 19;

/** Shortest time between two showings of what changes with each message, in milliseconds. */
const PAUSE = 1000;

/** How a status looks. */
export type Look = keyof typeof LOOKS;

const STATES: Readonly<Record<Exclude<ConnectionState, 'closed'>, { look: Look; key: string }>> = {
  idle: { look: 'busy', key: 'status.idle' },
  connecting: { look: 'busy', key: 'status.connecting' },
  connected: { look: 'good', key: 'status.connected' },
  disconnected: { look: 'bad', key: 'status.disconnected' },
};

/** In a few words, what became of a message that failed; what else there is to say is in the error. */
const FAILURES: Readonly<Record<AkmErrorCode, string>> = {
  AKM_INVALID_INPUT: 'status.invalidInput',
  AKM_PAYLOAD_TOO_LARGE: 'status.tooLarge',
  AKM_NOT_CONNECTED: 'status.lost',
  AKM_CONNECTION_LOST: 'status.lost',
  AKM_TIMEOUT: 'status.timeout',
  AKM_PROTOCOL: 'status.protocol',
  AKM_REJECTED: 'status.rejected',
  AKM_NOT_REGISTERED: 'status.notRegistered',
  AKM_QUEUE_FULL: 'status.queueFull',
  AKM_LAYOUT_UNVERIFIED: 'status.unverified',
  AKM_CLOSED: 'status.lost',
};

/**
 * A node's status. It is sent on transitions only, since each one goes to every open editor and every Status node; asking
 * for the one that is shown already costs next to nothing.
 */
export class StatusLine {
  private shown = '';
  private ended = false;
  /** Shows what has changed since the last showing. */
  private pending: (() => void) | undefined;
  /** Runs while the next showing has to wait. */
  private pause: NodeJS.Timeout | undefined;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  /** Shows a text of the node's own catalogue; `number` takes the place of `__number__` in it. */
  own(look: Look, key: string, number?: number): void {
    this.show(look, `${look} ${key} ${number ?? ''}`, () =>
      this.RED._(key, number === undefined ? {} : { number }),
    );
  }

  /** Shows that all is well, with a text that the node has put together. */
  words(text: string): void {
    this.show('good', text, () => text);
  }

  /** Shows a text that several nodes share. */
  shared(look: Look, key: string, number?: number): void {
    this.own(look, `${SHARED_CATALOGUE}:${key}`, number);
  }

  /**
   * Shows how many there were; `key` is of the node's own catalogue. In front stands the first of the labels with which the text is still
   * short enough, or none.
   */
  count(key: string, number: number, labels: readonly string[] = []): void {
    const counted = this.RED._(key, { number: shortNumber(number) });
    const labelled = labels.map((label) => `${label} · ${counted}`);
    const text = labelled.find(({ length }) => length <= LONGEST_TEXT) ?? counted;
    this.words(text);
  }

  /**
   * Shows what changes with each message: now, or where that was shown less than a second ago, when the second is over. Not at all where
   * something else is shown by then. Called for each message, it costs next to nothing.
   */
  often(show: () => void): void {
    if (this.ended) return;
    this.pending = show;
    if (this.pause === undefined) this.showPending();
  }

  /** The node is gone: what still comes of its last messages is not shown at its successor. */
  end(): void {
    this.ended = true;
    clearTimeout(this.pause);
  }

  /** Shows how the connection is. */
  connection(state: ConnectionState): void {
    if (state === 'closed') return; // the node is ending, and its status with it
    const { look, key } = STATES[state];
    this.shared(look, key);
  }

  /** Shows what became of a message that failed. */
  failure(error: AkmError): void {
    this.shared('bad', FAILURES[error.code], error.confirmation ?? error.status);
  }

  private show(look: Look, id: string, text: () => string): void {
    this.pending = undefined;
    if (id === this.shown || this.ended) return;
    this.shown = id;
    this.node.status({ ...LOOKS[look], text: text() });
  }

  private readonly showPending = (): void => {
    this.pause = undefined;
    const { pending } = this;
    if (!pending) return;
    pending();
    this.pause = setTimeout(this.showPending, PAUSE);
  };
}

/** A number in at most six characters, e.g. `9999`, `12.3k` or `4.5M`: rounded down, so that nothing is counted that was not there. */
export function shortNumber(number: number): string {
  if (number < 10_000) return String(number);
  const [unit, size] = number < 1e6 ? ['k', 1e3] : number < 1e9 ? ['M', 1e6] : ['G', 1e9];
  return `${Math.floor(number / (size / 10)) / 10}${unit}`;
}
