import { isAkmError, messageOf, type AkmErrorCode } from '../../src/errors.js';
import { holdsWithin } from './patience.js';
import { Violation, type Invariant } from './invariants.js';

/** What may come of an operation while a peer misbehaves within the protocol, and nothing else. */
const EXPECTED: ReadonlySet<AkmErrorCode> = new Set<AkmErrorCode>([
  'AKM_CONNECTION_LOST',
  'AKM_NOT_CONNECTED',
  'AKM_TIMEOUT',
  'AKM_REJECTED',
  'AKM_NOT_REGISTERED',
  'AKM_QUEUE_FULL',
  'AKM_CLOSED',
]);

/** Something that was asked of a client. */
export class Operation {
  /** How it ended; undefined before. */
  outcome: 'ok' | AkmErrorCode | undefined;

  /** @param patient whether it may wait for as long as there is no connection or registration */
  constructor(
    readonly name: string,
    readonly patient: boolean,
  ) {}
}

/** What was asked of one client, what came of it, and what should not have. */
export class Ledger {
  readonly operations: Operation[] = [];
  readonly violations: Violation[] = [];

  /** Those that have not ended. */
  get pending(): Operation[] {
    return this.operations.filter(({ outcome }) => outcome === undefined);
  }

  begin(name: string, patient = false): Operation {
    const operation = new Operation(name, patient);
    this.operations.push(operation);
    return operation;
  }

  end(operation: Operation, error?: unknown): void {
    const { name } = operation;
    if (operation.outcome !== undefined)
      this.violate('ends', `${name} ended with ${operation.outcome}, and once more`);
    if (error !== undefined && !(isAkmError(error) && EXPECTED.has(error.code)))
      this.violate('ends', `${name} ended with ${messageOf(error)}`);
    operation.outcome = isAkmError(error) ? error.code : 'ok';
  }

  violate(invariant: Invariant, what: string): void {
    this.violations.push(new Violation(invariant, what));
  }

  /** Requires of the pending operations that those which are `due` end in time. */
  async requireEnds(ms: number, due: (operation: Operation) => boolean): Promise<void> {
    const late = (): Operation[] => this.pending.filter(due);
    if (await holdsWithin(ms, () => late().length === 0)) return;
    const names = late().map(({ name }) => name);
    this.violate('ends', `not ended within ${ms} ms: ${names.join(', ')}`);
  }
}
