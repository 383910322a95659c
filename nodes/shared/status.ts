import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import type { AkmError, AkmErrorCode } from '../../src/errors.js';

/** The catalogue that holds the texts which several nodes share. */
const SHARED_CATALOGUE = '@akmflow/node-red-akm/akm-connection';

/** What a status looks like: all is well, something is under way, something is wrong. */
export const LOOKS = {
  good: { fill: 'green', shape: 'dot' },
  busy: { fill: 'yellow', shape: 'ring' },
  bad: { fill: 'red', shape: 'ring' },
} as const;

/** How a status looks. */
export type Look = keyof typeof LOOKS;

/** The statuses that several nodes show, by their key in the shared catalogue; see {@link FAILURES} for those of a message that failed. */
export const STATUS = {
  idle: 'busy',
  connecting: 'busy',
  connected: 'good',
  disconnected: 'bad',
  wrongService: 'bad',
  unused: 'busy',
  unconfigured: 'bad',
  misconfigured: 'bad',
  notRegistered: 'busy',
  accepted: 'good',
  inferred: 'good',
  answeredInferred: 'good',
} as const satisfies Record<string, Look>;

/** The statuses that only one type of node shows, by their key in its own catalogue. */
export const OWN_STATUS = {
  'akm-list-endpoints': { endpoint: 'good', endpoints: 'good' },
  'akm-list-atrs': { atr: 'good', atrs: 'good' },
  'akm-register': { registering: 'busy', registered: 'good' },
  'akm-send': { sent: 'good', waiting: 'busy' },
  'akm-receive': { received: 'good' },
  'akm-watch': { both: 'good', endpoints: 'good', atrs: 'good' },
  'akm-simulator': { starting: 'busy', listening: 'good', inUse: 'bad', failed: 'bad' },
} as const satisfies Record<string, Record<string, Look>>;

/** In a few words, what became of a message that failed, by a key in the shared catalogue; the error says the rest. Each looks bad. */
export const FAILURES = {
  AKM_INVALID_INPUT: 'invalidInput',
  AKM_PAYLOAD_TOO_LARGE: 'tooLarge',
  AKM_NOT_CONNECTED: 'lost',
  AKM_CONNECTION_LOST: 'lost',
  AKM_TIMEOUT: 'timeout',
  AKM_PROTOCOL: 'protocol',
  AKM_REJECTED: 'rejected',
  AKM_NOT_REGISTERED: 'notRegistered',
  AKM_QUEUE_FULL: 'queueFull',
  AKM_LAYOUT_UNVERIFIED: 'unverified',
  AKM_CLOSED: 'lost',
} as const satisfies Record<AkmErrorCode, string>;

type OwnStatus = typeof OWN_STATUS;

/** A key of a node's own catalogue. */
type OwnKey = { [T in keyof OwnStatus]: keyof OwnStatus[T] }[keyof OwnStatus];

/** Most characters that can be read below a node. */
const LONGEST_TEXT = 19;

/** Shortest time between two showings of what changes with each message, in milliseconds. */
const PAUSE = 1000;

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

  /** Shows a status that only nodes of this type have; `number` takes the place of `__number__` in its text. */
  own(key: OwnKey, number?: number): void {
    const statuses: Readonly<Record<string, Partial<Record<OwnKey, Look>>>> = OWN_STATUS;
    this.translated(statuses[this.node.type]?.[key] ?? 'bad', `status.${key}`, number);
  }

  /** Shows that all is well, with a text that the node has put together. */
  words(text: string): void {
    this.show('good', text, () => text);
  }

  /** Shows a status that several nodes share. */
  shared(key: keyof typeof STATUS): void {
    this.translated(STATUS[key], `${SHARED_CATALOGUE}:status.${key}`);
  }

  /**
   * Shows how many there were, and so that all is well; `key` is of the node's own catalogue. In front stands the first of the labels with
   * which the text is still short enough, or none.
   */
  count(key: OwnKey, number: number, labels: readonly string[] = []): void {
    const counted = this.RED._(`status.${key}`, { number: shortNumber(number) });
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
    this.pending = undefined;
    clearTimeout(this.pause);
  }

  /**
   * Shows how the connection is.
   * @param isWrongService whether there is none because another service answers at the port
   */
  connection(state: ConnectionState, isWrongService = false): void {
    if (isWrongService) this.shared('wrongService');
    else if (state !== 'closed') this.shared(state); // a node whose connection closes shows that by itself
  }

  /** Shows what became of a message that failed. */
  failure(error: AkmError): void {
    const number = error.confirmation ?? error.status;
    this.translated('bad', `${SHARED_CATALOGUE}:status.${FAILURES[error.code]}`, number);
  }

  private translated(look: Look, key: string, number?: number): void {
    this.show(look, `${look} ${key} ${number ?? ''}`, () =>
      this.RED._(key, number === undefined ? {} : { number }),
    );
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
