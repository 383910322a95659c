import { MAX_APP_BUFFER_SIZE } from '../../src/protocol/app-messages.js';
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
  lie,
  noise,
  reset,
  swallow,
  throttle,
  toCargo,
  truncate,
  withCode,
} from '../support/harmful-proxy/harms.js';
import type { Fault } from '../support/harmful-proxy/proxy.js';
import { MOMENTS, type Moment, type Outcome } from './cell.js';
import type { OperationName } from './operations.js';

/** A row of the table: a fault, and what comes of each operation under it. */
export interface Row {
  /** In plain words, for people who read the table. */
  name: string;
  fault: Fault;
  outcomes: Record<OperationName, Outcome>;
}

/** Where fields stand in a header. */
const [START_OF_MESSAGE, VERSION, LENGTH, COMPLEMENT, RESERVED] = [2, 4, 6, 8, 10] as const;

type Outcomes = Record<OperationName, Outcome>;

const ok: Outcome = { result: 'ok', when: 'at once' };
/** Nothing tells of a heartbeat that is answered, or of one that never is while the peer is heard all the same. */
const kept: Outcome = { result: 'ok' };
const refused: Outcome = { result: 'AKM_REJECTED', when: 'at once' };
const timeout: Outcome = {
  result: 'AKM_TIMEOUT',
  when: 'after requestTimeout',
  renewed: 'after requestTimeout',
};
/** Comes to this at once, and the connection to its end. */
const broken = (result: string): Outcome => ({ result, when: 'at once', renewed: 'at once' });
/** A message is lost, and the connection goes on. */
const lost: Outcome = { result: 'lost' };
/** A message is lost, and the connection with it, which is seen at once. */
const lostWithConnection: Outcome = { ...lost, renewed: 'at once' };
/** A message is lost, and only the heartbeat finds out that the connection is dead. */
const lostUnnoticed: Outcome = { ...lost, renewed: 'after heartbeat + requestTimeout' };
/** What the heartbeat is for. */
const givenUp: Outcome = {
  result: 'AKM_CONNECTION_LOST',
  when: 'after heartbeat + requestTimeout',
  renewed: 'after heartbeat + requestTimeout',
};
/** A message arrives, and the heartbeat behind it finds out what has become of the connection. */
const okUntil = (renewed: Moment): Outcome => ({ ...ok, renewed });
const at = (when: Moment, result: string): Outcome => ({ result, when, renewed: when });

/** The same for all, but for those that are named. */
function each(outcome: Outcome, others: Partial<Outcomes> = {}): Outcomes {
  return {
    'first connect': outcome,
    list: outcome,
    provision: outcome,
    register: outcome,
    send: outcome,
    receive: outcome,
    heartbeat: outcome,
    ...others,
  };
}

/** The client's own question on a new connection fails, so there is none for anybody. */
const neverConnected: Outcome = { result: 'AKM_NOT_CONNECTED', when: 'after requestTimeout' };
/** All is well. */
const unharmed = each(ok, { heartbeat: kept });
/** All is well, but later. */
const late = each(
  { ...ok, when: 'after the delay' },
  { 'first connect': { ...ok, when: 'after twice the delay' }, heartbeat: kept },
);
/** Answers never come. */
const unanswered = each(timeout, {
  'first connect': neverConnected,
  send: lostUnnoticed,
  receive: lostUnnoticed,
  heartbeat: givenUp,
});
/** The connection ends in place of what was to come. */
const ended = each(broken('AKM_CONNECTION_LOST'), {
  'first connect': neverConnected,
  send: lostWithConnection,
  receive: lostWithConnection,
  heartbeat: at('after heartbeat', 'AKM_CONNECTION_LOST'),
});
/** The connection ends in place of what the client says: what comes in is unharmed until then. */
const endedByUs: Outcomes = { ...ended, receive: okUntil('after heartbeat') };
/** What comes cannot be understood, so nothing that follows could be either. */
const misunderstood = each(broken('AKM_PROTOCOL'), {
  'first connect': neverConnected,
  send: lostWithConnection,
  receive: lostWithConnection,
  heartbeat: at('after heartbeat', 'AKM_PROTOCOL'),
});
/** What comes is understood, but nobody waits for such a message. */
const ignored = each(timeout, {
  'first connect': neverConnected,
  send: lost,
  receive: lost,
  heartbeat: kept,
});

/** Every fault, and what is to come of each operation under it. */
export const ROWS: readonly Row[] = [
  { name: 'one byte at a time', fault: bothWays(fragment), outcomes: unharmed },
  { name: 'several messages in one packet', fault: toCargo(coalesce), outcomes: unharmed },
  {
    name: 'delayed, within the request timeout',
    fault: toCargo(delay(MOMENTS['after the delay'])),
    outcomes: late,
  },
  {
    name: 'slow link, within the request timeout',
    fault: toCargo(throttle(MOMENTS['after the delay'])),
    outcomes: late,
  },
  {
    name: 'late, past the request timeout',
    fault: toCargo(delay(MOMENTS['after the late answer'])),
    outcomes: each(timeout, {
      'first connect': neverConnected,
      send: { result: 'ok', when: 'after the late answer', renewed: 'after heartbeat + requestTimeout' },
      receive: {
        result: 'ok',
        when: 'after the late answer',
        renewed: 'after the late answer + heartbeat + requestTimeout',
      },
      heartbeat: givenUp,
    }),
  },
  {
    name: 'half of it, then silence',
    fault: toCargo(truncate),
    outcomes: {
      ...unanswered,
      // half an answer is a sign of life: only the next heartbeat meets total silence
      heartbeat: at('after the second heartbeat + requestTimeout', 'AKM_CONNECTION_LOST'),
    },
  },
  { name: 'half of it, then the end of the connection', fault: toCargo(cutWithin), outcomes: ended },
  { name: 'the connection ends', fault: toCargo(end), outcomes: ended },
  { name: 'the connection is reset', fault: toCargo(reset), outcomes: ended },
  {
    name: 'the connection is reset, and so is every new one',
    fault: { resets: true, toPeer: reset },
    outcomes: endedByUs,
  },
  {
    name: 'the connection is reset, and new ones are refused',
    fault: { refuses: true, toPeer: reset },
    outcomes: endedByUs,
  },
  {
    name: 'half-open: nothing reaches the peer',
    fault: { toPeer: swallow },
    outcomes: { ...unanswered, receive: okUntil('after heartbeat + requestTimeout') },
  },
  {
    name: 'half-open: nothing comes back',
    fault: { toClient: swallow },
    outcomes: { ...unanswered, send: okUntil('after heartbeat + requestTimeout') },
  },
  { name: 'silence both ways', fault: bothWays(swallow), outcomes: unanswered },
  {
    name: 'everything comes twice',
    fault: toCargo(duplicate),
    outcomes: {
      ...unharmed,
      send: { ...ok, result: 'twice' },
      receive: { ...ok, result: 'twice' },
    },
  },
  { name: 'a push in between', fault: toCargo(afterPush), outcomes: unharmed },
  { name: 'an unknown message in between', fault: toCargo(afterUnknown), outcomes: unharmed },
  {
    name: 'the code of another answer',
    fault: { toClient: withCode((code) => (code === 0x45 ? 0x41 : 0x45)) },
    outcomes: { ...ignored, send: ok },
  },
  {
    name: 'a bit flipped in the start of message',
    fault: toCargo(flipHeader(START_OF_MESSAGE)),
    outcomes: misunderstood,
  },
  { name: 'a bit flipped in the length', fault: toCargo(flipHeader(LENGTH)), outcomes: misunderstood },
  {
    name: "a bit flipped in the length's complement",
    fault: toCargo(flipHeader(COMPLEMENT)),
    outcomes: misunderstood,
  },
  { name: 'a bit flipped in the version', fault: toCargo(flipHeader(VERSION)), outcomes: unharmed },
  {
    name: 'a bit flipped in the reserved bytes',
    fault: toCargo(flipHeader(RESERVED)),
    outcomes: unharmed,
  },
  { name: 'a bit flipped in the code', fault: toCargo(flipCode), outcomes: ignored },
  {
    name: 'a bit flipped in the body',
    fault: toCargo(flipBody),
    outcomes: each({ ...ok, result: 'altered' }, { provision: refused, register: refused, heartbeat: kept }),
  },
  {
    name: 'a bit flipped in the header of what the client sends',
    fault: { toPeer: flipHeader(START_OF_MESSAGE) },
    outcomes: endedByUs,
  },
  {
    name: 'a count of entries, or of bytes of data, that lies',
    fault: toCargo((frame, way) => lie(frame.length > MAX_APP_BUFFER_SIZE ? -4 : 4)(frame, way)),
    outcomes: each(
      { ...ok, result: 'ok, truncated' },
      { provision: refused, register: refused, send: lostWithConnection, receive: lost, heartbeat: kept },
    ),
  },
  {
    name: 'a length that is too short',
    fault: toCargo(declareMore(-4)),
    outcomes: each(broken('ok'), {
      // the answer to the client's own question is no list any more, as an AppEndpoint's would be
      'first connect': { ...neverConnected, result: 'AKM_PROTOCOL' },
      provision: broken('AKM_PROTOCOL'),
      send: lostWithConnection,
      receive: lostWithConnection,
      heartbeat: at('after heartbeat', 'AKM_PROTOCOL'),
    }),
  },
  {
    name: 'a length that is too long',
    fault: toCargo(declareMore(8)),
    outcomes: each(timeout, {
      'first connect': neverConnected,
      // the heartbeat fills up what the length said, and what is left of it makes no sense
      send: at('after heartbeat', 'ok'),
      receive: at('after heartbeat', 'ok'),
      heartbeat: at('after the second heartbeat', 'AKM_PROTOCOL'),
    }),
  },
  { name: 'a length over the maximum', fault: toCargo(declareTooMuch), outcomes: misunderstood },
  { name: '64 kB of noise in front', fault: toCargo(noise), outcomes: misunderstood },
];
