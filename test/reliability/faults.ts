import {
  afterPush,
  afterUnknown,
  bothWays,
  coalesce,
  cutWithin,
  declareMore,
  declareTooMuch,
  delay,
  duplicate,
  end,
  flipBody,
  flipCode,
  flipHeader,
  fragment,
  lieAboutCount,
  noise,
  reset,
  swallow,
  throttle,
  toCargo,
  truncate,
  withCode,
} from '../support/harmful-proxy/harms.js';
import type { Fault } from '../support/harmful-proxy/proxy.js';
import { MOMENTS, type Outcome } from './cell.js';
import type { OperationName } from './operations.js';

/** A row of the table: a fault, and what comes of each operation under it. */
export interface Row {
  /** In plain words, for people who read the table. */
  name: string;
  fault: Fault;
  outcomes: Record<OperationName, Outcome>;
}

type Outcomes = Record<OperationName, Outcome>;

const ok: Outcome = { result: 'ok', when: 'at once' };
/** The fault has nothing to strike. */
const spared: Outcome = { ...ok, spared: true };
const timeout: Outcome = {
  result: 'AKM_TIMEOUT',
  when: 'after requestTimeout',
  renewed: 'after requestTimeout',
};
/** Fails at once, with the connection. */
const broken = (result: string): Outcome => ({ result, when: 'at once', renewed: 'at once' });
/** A message is lost, and the connection with it, which is seen at once. */
const lostWithConnection = broken('lost');
/** A message is lost, and only the heartbeat finds out that the connection is dead. */
const lostUnnoticed: Outcome = {
  result: 'lost',
  when: 'at once',
  renewed: 'after heartbeat + requestTimeout',
};
/** What the heartbeat is for. */
const givenUp: Outcome = {
  result: 'AKM_CONNECTION_LOST',
  when: 'after heartbeat + requestTimeout',
  renewed: 'after heartbeat + requestTimeout',
};
const atHeartbeat = (result: string): Outcome => ({
  result,
  when: 'after heartbeat',
  renewed: 'after heartbeat',
});

/** The same for all, but for those that are named. */
function each(outcome: Outcome, others: Partial<Outcomes> = {}): Outcomes {
  return {
    'first connect': outcome,
    list: outcome,
    provision: outcome,
    register: outcome,
    send: outcome,
    receive: outcome,
    heartbeat: outcome === ok ? { ...ok, when: 'after heartbeat' } : outcome,
    ...others,
  };
}

/** Answers never come. */
const unanswered = each(timeout, { send: lostUnnoticed, receive: lostUnnoticed, heartbeat: givenUp });
/** The connection ends in place of what was to come. */
const ended = each(broken('AKM_CONNECTION_LOST'), {
  send: lostWithConnection,
  receive: lostWithConnection,
  heartbeat: atHeartbeat('AKM_CONNECTION_LOST'),
});
/** What comes cannot be understood, so nothing that follows could be either. */
const misunderstood = each(broken('AKM_PROTOCOL'), {
  send: lostWithConnection,
  receive: lostWithConnection,
  heartbeat: atHeartbeat('AKM_PROTOCOL'),
});
/** What comes is understood, but nobody waits for such a message. */
const ignored = each(timeout, {
  send: { result: 'lost', when: 'at once' },
  receive: { result: 'lost', when: 'at once' },
  heartbeat: { result: 'ok', when: 'after heartbeat + requestTimeout' },
});

/** Every fault, and what is to come of each operation under it. */
export const ROWS: readonly Row[] = [
  { name: 'one byte at a time', fault: bothWays(fragment), outcomes: each(ok) },
  { name: 'several messages in one packet', fault: toCargo(coalesce), outcomes: each(ok) },
  {
    name: 'delayed, within the request timeout',
    fault: toCargo(delay(MOMENTS['after the delay'])),
    outcomes: each(
      { result: 'ok', when: 'after the delay' },
      { heartbeat: { result: 'ok', when: 'after heartbeat + delay' } },
    ),
  },
  {
    name: 'slow link, within the request timeout',
    fault: toCargo(throttle(MOMENTS['after the delay'])),
    outcomes: each(
      { result: 'ok', when: 'after the delay' },
      { heartbeat: { result: 'ok', when: 'after heartbeat + delay' } },
    ),
  },
  {
    name: 'answered late, past the request timeout',
    fault: toCargo(delay(MOMENTS['after the late answer'])),
    outcomes: each(timeout, {
      send: { result: 'ok', when: 'after the late answer' },
      receive: { result: 'ok', when: 'after the late answer' },
      heartbeat: givenUp,
    }),
  },
  { name: 'the half of it, then silence', fault: toCargo(truncate), outcomes: unanswered },
  { name: 'the half of it, then the end', fault: toCargo(cutWithin), outcomes: ended },
  { name: 'the end of the connection', fault: toCargo(end), outcomes: ended },
  { name: 'a reset', fault: toCargo(reset), outcomes: ended },
  {
    name: 'connections refused',
    fault: { refuses: true, toPeer: reset },
    outcomes: {
      ...ended,
      'first connect': { result: 'AKM_NOT_CONNECTED', when: 'after requestTimeout' },
      receive: spared,
    },
  },
  {
    name: 'half-open: nothing reaches the peer',
    fault: { toPeer: swallow },
    outcomes: { ...unanswered, receive: spared },
  },
  {
    name: 'half-open: nothing comes back',
    fault: { toClient: swallow },
    outcomes: { ...unanswered, send: spared },
  },
  { name: 'accepted, then silence', fault: bothWays(swallow), outcomes: unanswered },
  {
    name: 'twice',
    fault: toCargo(duplicate),
    outcomes: each(ok, { send: { ...ok, result: 'twice' }, receive: { ...ok, result: 'twice' } }),
  },
  { name: 'a push in between', fault: toCargo(afterPush), outcomes: each(ok) },
  { name: 'an unknown message in between', fault: toCargo(afterUnknown), outcomes: each(ok) },
  {
    name: 'the code of another answer',
    fault: { toClient: withCode((code) => (code === 0x45 ? 0x41 : 0x45)) },
    outcomes: { ...ignored, send: spared },
  },
  { name: 'a bit flipped in the start of message', fault: toCargo(flipHeader(2)), outcomes: misunderstood },
  { name: 'a bit flipped in the length', fault: toCargo(flipHeader(6)), outcomes: misunderstood },
  {
    name: "a bit flipped in the length's complement",
    fault: toCargo(flipHeader(8)),
    outcomes: misunderstood,
  },
  { name: 'a bit flipped in version or reserved bytes', fault: toCargo(flipHeader(10)), outcomes: each(ok) },
  { name: 'a bit flipped in the code', fault: toCargo(flipCode), outcomes: ignored },
  {
    name: 'a bit flipped in the body',
    fault: toCargo(flipBody),
    outcomes: each(
      { ...ok, result: 'altered' },
      {
        provision: { ...ok, result: 'AKM_REJECTED' },
        register: { ...ok, result: 'AKM_REJECTED' },
        heartbeat: { ...ok, when: 'after heartbeat' },
      },
    ),
  },
  {
    name: 'a bit flipped in the header of a request',
    fault: { toPeer: flipHeader(2) },
    outcomes: { ...ended, receive: spared },
  },
  {
    name: 'a count of entries, or of bytes of data, that lies',
    fault: lieAboutCount(),
    outcomes: {
      ...each({ ...ok, result: 'ok, truncated' }),
      provision: spared,
      register: spared,
      send: lostWithConnection,
      receive: { result: 'lost, AKM_PROTOCOL told', when: 'at once' },
      heartbeat: { ...spared, when: 'after heartbeat' },
    },
  },
  {
    name: 'a length that is too short',
    fault: toCargo(declareMore(-4)),
    outcomes: each(broken('ok'), {
      send: lostWithConnection,
      receive: broken('lost, AKM_PROTOCOL told'),
      heartbeat: atHeartbeat('AKM_PROTOCOL'),
    }),
  },
  {
    name: 'a length that is too long',
    fault: toCargo(declareMore(8)),
    outcomes: each(timeout, { send: atHeartbeat('ok'), receive: atHeartbeat('ok'), heartbeat: givenUp }),
  },
  { name: 'a length over the maximum', fault: toCargo(declareTooMuch), outcomes: misunderstood },
  { name: '64 kB of noise in front', fault: toCargo(noise), outcomes: misunderstood },
];
