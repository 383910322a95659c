import type { AkmErrorCode } from '../../src/errors.js';
import { appClient, type AppQuestion, type Hold, type ModelApp, type Outgoing } from './client.js';
import { ClientRun, RECOVERY, TRIES } from './client-run.js';
import { requireDelivered, type Sent } from './deliveries.js';
import { turn } from '../support/promises.js';
import { ownError } from './escapes.js';
import { Holds } from './holds.js';
import type { Violation } from './invariants.js';
import type { Operation } from './ledger.js';
import { holdsWithin } from './patience.js';
import { Peer, refusalOf } from './peer.js';
import {
  RECONNECT,
  REQUEST_TIMEOUT,
  SLOTS,
  type AppStep,
  type CommonStep,
  type Episode,
  type PeerStep,
} from './steps.js';

/** How long an App Value stays registered after it was released, in milliseconds (documented). */
const TAKEOVER = 250;
/** Questions under way at any time while an App Value has to be freed all the same. */
const LOAD = 2;
const QUESTIONS: readonly AppQuestion[] = ['endpoint', 'atrs', 'version'];

/** Takes an AppClient through an episode. Returns what should not have happened, and the peer with all it saw. */
export async function runApp(
  episode: Episode<AppStep>,
  requestTimeout = REQUEST_TIMEOUT,
): Promise<{ violations: Violation[]; peer: Peer }> {
  const peer = await Peer.listen('app');
  const { host, port } = peer;
  const { queueLimit, heartbeat } = episode;
  const client = appClient({
    host,
    port,
    queueLimit,
    heartbeat,
    requestTimeout,
    ...RECONNECT,
  });
  const run = new AppRun(peer, client, episode);
  await run.play(episode);
  run.requireDelivered();
  return { violations: run.ledger.violations, peer };
}

type OwnStep = Exclude<AppStep, CommonStep | PeerStep>;

class AppRun extends ClientRun<OwnStep, AppQuestion> {
  private readonly holds = new Holds();
  private readonly sent: Sent[] = [];
  /** Numbers that have answered questions without a number of their own. */
  private readonly answers = new Set<number>();
  private readonly pushed = new Set<string>();

  constructor(
    peer: Peer,
    private readonly client: ModelApp,
    private readonly episode: Episode<AppStep>,
  ) {
    super(peer, client);
    client.onData((text) => {
      if (this.pushed.has(text)) this.ledger.violate('delivers', `the push ${text} came twice`);
      this.pushed.add(text);
      throw new Error('a receiver that fails');
    });
  }

  /** Requires of all that was sent that it arrived, or did not, as the callbacks have said. */
  requireDelivered(): void {
    requireDelivered(this.sent, this.peer.connections, (what) => this.ledger.violate('delivers', what));
  }

  protected override perform(step: OwnStep): void {
    switch (step.do) {
      case 'acquire':
        this.acquire(step.slot);
        break;
      case 'register':
      case 'register again':
        void this.register(step.slot, step.do === 'register again');
        break;
      case 'release':
        this.release(step.slot);
        break;
      case 'send':
        for (let n = 0; n < step.messages; n += 1) void this.send(step.atrId, step.offline);
        break;
      case 'ask':
        void this.ask(step.what);
        break;
      case 'ask the version':
        void this.askVersion(step.tolerant);
        break;
    }
  }

  protected override async recover(): Promise<void> {
    const { holds, ledger, peer } = this;
    const wanted = holds.wanted.filter(({ isHopeless }) => !isHopeless);
    const missing = (): string[] => wanted.map(({ key }) => key).filter((key) => !peer.holds(key));
    if (!(await holdsWithin(RECOVERY, () => missing().length === 0)))
      ledger.violate('registers', `not registered within ${RECOVERY} ms: ${missing().join(', ')}`);
    await this.requireRetries();
    // what waits for a registration that is never made may wait on
    const hopeless = new Set(holds.wanted.map(({ atrId }) => atrId));
    for (const { atrId } of wanted) hopeless.delete(atrId);
    await ledger.requireEnds(
      RECOVERY,
      ({ name, patient }) => !patient || [...hopeless].every((atrId) => !name.includes(` in ATR ${atrId}`)),
    );
    // data that waits on can fill the queue, and nothing is asked then
    if (ledger.pending.length >= this.episode.queueLimit) return;
    for (const atrId of new Set(wanted.map((held) => held.atrId))) await this.requireSend(atrId);
    await this.requireAnswer('the version, tolerantly,', () => this.askVersion(true));
    for (const what of QUESTIONS) await this.requireAnswer(what, () => this.ask(what));
    await this.requireFreed();
  }

  protected override async finish(ending: Episode<OwnStep>['ending']): Promise<void> {
    if (ending === 'close') return;
    const load = ending === 'release under load' ? this.keepAsking() : undefined;
    for (const slot of [0, 1, 3, 4]) this.release(slot); // one goes on
    await this.requireFreed();
    await load?.();
    const kept = this.holds.wanted.filter(({ isHopeless }) => !isHopeless);
    if (!(await holdsWithin(RECOVERY, () => kept.every(({ key }) => this.peer.holds(key)))))
      this.ledger.violate('registers', 'what was not released is not registered any more');
  }

  protected override ownRequests(): number {
    return this.holds.wanted.length + 1; // and a heartbeat
  }

  protected override mark(): number {
    return this.sent.length;
  }

  protected override answeredIn(epoch: number, before: number): void {
    const arrived = new Set(this.peer.connections.flatMap(({ data }) => data.map(({ text }) => text)));
    for (const { text, accepted } of this.sent.slice(0, before)) {
      if (accepted === epoch && !arrived.has(text))
        this.ledger.violate(
          'delivers',
          `${text} was accepted on a connection that stayed up, and did not arrive`,
        );
    }
  }

  private acquire(slot: number): Hold | undefined {
    const { atrId, appValue } = SLOTS[slot] ?? SLOTS[0];
    const held = this.holds.of(atrId, appValue);
    const known = held.holds.get(slot);
    if (known) return known;
    const operation = this.ledger.begin(`acquire(${held.key})`);
    try {
      const { times } = held;
      const hold = this.client.acquire(atrId, appValue, {
        stateChanged: (state) => {
          if (state === 'registered' && times === held.times) held.stood = true;
          throw new Error('an observer that fails');
        },
      });
      held.holds.set(slot, hold);
      this.ledger.end(operation);
      return hold;
    } catch (error) {
      this.ledger.end(operation, error);
      return undefined;
    }
  }

  private async register(slot: number, again: boolean): Promise<void> {
    const hold = this.acquire(slot);
    if (!hold) return;
    const { atrId, appValue } = hold;
    const held = this.holds.of(atrId, appValue);
    held.wanted = true;
    const name = `register(${held.key}${again ? ', again' : ''})`;
    const operation = this.ledger.begin(name);
    try {
      await hold.register(again);
      if (!this.peer.connections.some(({ registered }) => registered.has(held.key)))
        this.ledger.violate('matches', `${name} succeeded, but the peer never said so`);
      this.ledger.end(operation);
    } catch (error) {
      this.checkRefusal(name, error, refusalOf(atrId, appValue));
      this.ledger.end(operation, error);
    }
  }

  private release(slot: number): void {
    const { atrId, appValue } = SLOTS[slot] ?? SLOTS[0];
    const held = this.holds.of(atrId, appValue);
    if (held.holds.has(slot)) this.holds.release(held, slot);
  }

  /** Resolves to the outcome. */
  private send(atrId: number, offline: Outgoing['offline']): Promise<Operation> {
    const text = `message ${this.sent.length + 1}`;
    const sent: Sent = { text, atrId, accepted: undefined, outcome: undefined };
    this.sent.push(sent);
    const operation = this.ledger.begin(`${text} in ATR ${atrId} (${offline})`, offline === 'queue');
    const stood = this.holds.stoodIn(atrId);
    const failure =
      this.episode.callbacksThrow && this.sent.length % 3 === 0
        ? ownError('a callback that fails')
        : undefined;
    const isHopeless = offline === 'error' && this.client.disconnected();
    const ended = new Promise<Operation>((resolve) => {
      this.client.send({ atrId, appValue: 7, text, offline }, (error) => {
        if (!error) sent.accepted = this.epoch;
        sent.outcome = error?.code ?? 'ok';
        if (offline === 'queue' && error?.code === NOT_REGISTERED && this.holds.lasted(stood))
          this.ledger.violate('keeps', `${text} failed: ${error.message}`);
        this.ledger.end(operation, error);
        resolve(operation);
        if (failure) throw failure;
      });
    });
    if (isHopeless && operation.outcome === undefined)
      this.ledger.violate('ends', `${operation.name} waits without a connection`);
    return ended;
  }

  private askVersion(tolerant: boolean): Promise<boolean> {
    const { questions } = this.peer;
    return this.question(
      tolerant ? 'the version, tolerantly' : 'the version',
      () => this.client.version(tolerant),
      (answer) => {
        // a late answer to the same question will do, if whoever asks tolerates that none comes
        const isNew =
          (tolerant || answer > questions) && answer <= this.peer.questions && !this.answers.has(answer);
        this.answers.add(answer);
        return isNew;
      },
    );
  }

  /** Requires that what the peer will never register is asked for again and again. */
  private async requireRetries(): Promise<void> {
    const asked = (atrId: number, appValue: number): number =>
      this.peer.connections
        .flatMap(({ requests }) => requests)
        .filter(
          ({ code, body }) =>
            code === 0x04 && body.readUInt16LE(0) === atrId && body.readUInt16LE(2) === appValue,
        ).length;
    for (const { atrId, appValue, isHopeless, key } of this.holds.wanted) {
      const before = asked(atrId, appValue);
      if (isHopeless && !(await holdsWithin(RECOVERY, () => asked(atrId, appValue) > before)))
        this.ledger.violate(
          'registers',
          `${key}, which is wanted, was not asked for again within ${RECOVERY} ms`,
        );
    }
  }

  /** Requires that a send that waits for nothing succeeds, soon if not at once. */
  private async requireSend(atrId: number): Promise<void> {
    let outcome: Operation['outcome'];
    for (let n = 0; n < TRIES && outcome !== 'ok'; n += 1) {
      await holdsWithin(RECOVERY, () => this.client.status(atrId) === 'registered');
      outcome = (await this.inTime(this.send(atrId, 'error')))?.outcome;
    }
    if (outcome !== 'ok')
      this.ledger.violate(
        'registers',
        `a send in ATR ${atrId} ends with ${outcome ?? 'nothing'}; ` +
          `the client says that it is ${this.client.status(atrId)}`,
      );
  }

  private async requireFreed(): Promise<void> {
    const { released } = this.holds;
    const ms = TAKEOVER + RECOVERY;
    const held = (): string[] => released.map(({ key }) => key).filter((key) => this.peer.holds(key));
    if (!(await holdsWithin(ms, () => held().length === 0)))
      this.ledger.violate('frees', `still registered ${ms} ms after the release: ${held().join(', ')}`);
  }

  /** Has questions under way all the time. Returns what ends that. */
  private keepAsking(): () => Promise<unknown> {
    let asking = true;
    const ask = async (): Promise<void> => {
      while (asking) {
        await this.ask('version');
        await turn(); // a question that fails at once would leave no time for anything else
      }
    };
    const asked = Promise.all(Array.from({ length: LOAD }, ask));
    return async () => {
      asking = false;
      await this.inTime(asked);
    };
  }
}

const NOT_REGISTERED: AkmErrorCode = 'AKM_NOT_REGISTERED';
