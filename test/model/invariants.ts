/** What must hold whatever a client goes through; the words are the titles of tests. */
export const INVARIANTS = {
  ends: 'calls back once for every send, settles every request and closes, in time',
  registers: 'registers whatever is wanted once the peer behaves, and sends in its ATR',
  frees: 'frees a released App Value',
  delivers: 'delivers accepted data once and in order, and never what it failed as not written',
  keeps: 'keeps waiting data while a registration that once stood is refused for a while',
  matches: 'gives no answer to another question',
  answers: 'answers every kind of question once the peer behaves',
  survives: 'lets nothing that a callback throws end the process',
  cleans: 'leaves no timers and sockets when it is closed',
  identifies: 'writes nothing but a request of code 1 before that is answered or has timed out',
} as const;

export type Invariant = keyof typeof INVARIANTS;

/** An invariant that did not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly invariant: Invariant,
    what: string,
  ) {
    super(`${INVARIANTS[invariant]}: ${what}`);
  }
}
