import { isAkmError } from '../../src/errors.js';
import type { ModelClient } from './client.js';
import { Ledger } from './ledger.js';
import { holdsWithin, pass } from './patience.js';
import type { Peer } from './peer.js';
import { RECONNECT, REQUEST_TIMEOUT, type CommonStep, type Episode, type PeerStep } from './steps.js';

/** For what takes no time on a machine that has none to spare, in milliseconds. */
const SLACK = 300;
/** How long an orderly end may take, in milliseconds (documented). */
const CLOSE_LIMIT = 2000;
/** Within what time all is well again once the peer behaves: a few timeouts that were under way, and the longest pauses. */
export const RECOVERY = 6 * REQUEST_TIMEOUT + 2 * RECONNECT.reconnectMax + SLACK;
/** How often a question may fail before its answer comes: once for each connection and each debt that trouble has left. */
export const TRIES = 3;

/** The first number that a question brings along: far from those that the peer gives by itself. */
const FIRST_NUMBER = 1_000_000;

/** One client with its peer, from the opening to the end. */
export abstract class ClientRun<Step extends { do: string }, Question extends string> {
  readonly ledger = new Ledger();
  /** How many connections the client has had: what is said of one does not hold for the next. */
  protected epoch = 0;
  private numbers = FIRST_NUMBER;
  private closing: Promise<void> | undefined;

  constructor(
    protected readonly peer: Peer,
    private readonly user: ModelClient & {
      readonly questions: Readonly<Record<Question, (number: number) => Promise<number>>>;
    },
  ) {
    user.onState((connected) => {
      if (connected) this.epoch += 1;
    });
  }

  /** Goes through an episode. What should not have happened is in the ledger then. */
  async play({ steps, stubborn, ending }: Episode<Step | PeerStep | CommonStep>): Promise<void> {
    this.user.open();
    for (const step of steps) await this.take(step);
    if (stubborn) await this.ledger.requireEnds(this.patience(), ({ patient }) => !patient);
    await this.peer.heal();
    if (!this.closing) await this.recover();
    if (!this.closing) await this.finish?.(ending);
    this.close();
    await this.ledger.requireEnds(CLOSE_LIMIT + SLACK, () => true);
    await this.peer.close();
  }

  /** Does what only this kind of client, or its peer, can do. */
  protected abstract perform(step: Step): void;

  /** Requires that all is well: the peer behaves. */
  protected abstract recover(): Promise<void>;

  /** What comes before the close. */
  protected finish?(ending: Episode<Step>['ending']): Promise<void>;

  /** How many requests the client may make by itself before it comes to those that were asked for. */
  protected abstract ownRequests(): number;

  /** Called with the epoch of a question when it is answered in that epoch: whatever was written before has arrived. */
  protected answeredIn?(epoch: number, before: number): void;

  /** A mark of what was done so far, for {@link answeredIn}. */
  protected mark(): number {
    return 0;
  }

  /** Asks a question that brings a number along. Resolves to whether it was answered. */
  protected async ask(what: Question): Promise<boolean> {
    this.numbers += 1;
    const { numbers: number } = this;
    return this.question(
      `question ${number} (${what})`,
      () => this.user.questions[what](number),
      (answer) => answer === number,
      number,
    );
  }

  /** Asks, and checks the number in the answer. Resolves to whether it was answered. */
  protected async question(
    name: string,
    ask: () => Promise<number>,
    isMine: (answer: number) => boolean,
    refusal?: number,
  ): Promise<boolean> {
    const { epoch } = this;
    const before = this.mark();
    const connected = this.user.connected();
    const operation = this.ledger.begin(name);
    try {
      const answer = await ask();
      if (!isMine(answer)) this.ledger.violate('matches', `${name} got the answer ${answer}`);
      if (connected && epoch === this.epoch) this.answeredIn?.(epoch, before);
      this.ledger.end(operation);
      return true;
    } catch (error) {
      this.checkRefusal(name, error, refusal);
      this.ledger.end(operation, error);
      return isAkmError(error) && error.code === 'AKM_REJECTED';
    }
  }

  /** Requires of a refusal that it is that of this request: it carries a number that no other has. */
  protected checkRefusal(name: string, error: unknown, mine: number | undefined): void {
    if (!isAkmError(error) || error.code !== 'AKM_REJECTED') return;
    const given = error.confirmation ?? error.status;
    if (given !== mine) this.ledger.violate('matches', `${name} got the refusal ${given}`);
  }

  /** Requires that a question is answered, soon if not at once. */
  protected async requireAnswer(name: string, ask: () => Promise<boolean>): Promise<void> {
    for (let n = 0; n < TRIES; n += 1) {
      await this.connection();
      if (await this.inTime(ask())) return;
    }
    this.ledger.violate('answers', `${name} was asked ${TRIES} times in vain`);
  }

  /** Waits for a connection, but not for ever. */
  protected async connection(): Promise<void> {
    await holdsWithin(RECOVERY, () => this.user.connected());
  }

  /** The promise's value, or undefined if it takes longer than any recovery. */
  protected async inTime<T>(promise: Promise<T>): Promise<T | undefined> {
    let value: T | undefined;
    let settled = false;
    void promise.then((result) => {
      value = result;
      settled = true;
    });
    await holdsWithin(RECOVERY, () => settled);
    return value;
  }

  private async take(step: Step | PeerStep | CommonStep): Promise<void> {
    if ('peer' in step) this.misbehave(step);
    else if (!isCommonStep(step)) this.perform(step);
    else if (step.do === 'close') this.close();
    else await pass(step.ms);
  }

  private misbehave(step: PeerStep): void {
    const { peer } = this;
    const { live, behaviour } = peer;
    switch (step.peer) {
      case 'resets':
        for (const connection of live) connection.reset();
        break;
      case 'ends':
        for (const connection of live) connection.end();
        break;
      case 'pushes':
        peer.push();
        break;
      case 'restarts':
        peer.restart(step.ms);
        break;
      case 'pauses':
        for (const connection of live) connection.pause(step.ms);
        break;
      case 'answers late':
        behaviour.treat({ as: 'late', ms: step.ms }, step.answers);
        break;
      case 'loses':
        behaviour.treat({ as: 'lost' }, step.answers);
        break;
      case 'repeats':
        behaviour.treat({ as: 'twice' }, step.answers);
        break;
      case 'repeats in parts':
        behaviour.treat({ as: 'twice, the second in parts' }, step.answers);
        break;
      case 'dribbles':
        behaviour.treat({ as: 'bytewise' }, step.answers);
        break;
      case 'refuses':
        behaviour.refuse(step.registrations);
        break;
      case 'refuses all':
        behaviour.refuseFor(step.ms);
        break;
    }
  }

  private close(): void {
    if (this.closing) return;
    const operation = this.ledger.begin('close()', true);
    this.closing = this.user.close().then(
      () => this.ledger.end(operation),
      (error: unknown) => this.ledger.end(operation, error),
    );
  }

  /** Within what time a request ends whatever the peer does: each one before it may time out, and cost a connection. */
  private patience(): number {
    const before = this.ledger.pending.length + this.ownRequests();
    return (3 + before) * (REQUEST_TIMEOUT + RECONNECT.reconnectMax) + SLACK;
  }
}

function isCommonStep(step: { do: string }): step is CommonStep {
  return step.do === 'wait' || step.do === 'close';
}
