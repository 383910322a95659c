import { MAX_ATRS, MAX_ENDPOINTS } from '../protocol/amm-messages.js';
import { identifierOf, type Identifier } from '../protocol/identifier.js';
import { U16_MAX } from '../protocol/integer.js';

/**
 * The confirmation numbers with which the simulated AMM answers. They are the simulator's own: none but 0 is even inferred.
 *
 * @example
 * await assert.rejects(amm.deleteEndpoint('0x7'), { confirmation: CONFIRMATIONS.unknownEndpoint });
 */
export const CONFIRMATIONS = {
  success: 0,
  /** The fault `reject` is set. */
  refused: 1,
  unknownEndpoint: 2,
  unknownAtr: 3,
  endpointExists: 4,
  /** 32 endpoints are there already. */
  endpointsFull: 5,
  /** 64 trust relationships are there already. */
  atrsFull: 6,
  /** A trust relationship without endpoints, or with one twice. */
  badMembers: 7,
} as const;

const OPERATIONAL = 3;
/** The categories that the first trust relationships get, in turn: mostly such that applications can register in. */
const FIRST_CATEGORIES = [OPERATIONAL, OPERATIONAL, OPERATIONAL, 2, 1];

/** A trust relationship that the simulator knows. */
export interface SimulatedAtr {
  category: number;
  id: Identifier;
  /** The AppEndpoint's short name of it; only operational ones have one. */
  atrId: number | undefined;
}

/** The number of the refusal, or undefined for success. */
type Refusal = number | undefined;

/** The endpoints and trust relationships that the simulated AMM and AppEndpoint both know. */
export class SimulatorState {
  readonly endpoints: Identifier[] = [];
  readonly atrs: SimulatedAtr[] = [];
  private atrsMade = 0;
  private lastAtrId = 0;

  /** @param endpoints 0 to 32, @param atrs 0 to 64: how many there are to begin with */
  constructor(endpoints: number, atrs: number) {
    for (let n = 1; n <= endpoints; n += 1)
      this.endpoints.push(identifierOf(BigInt(n), 0xe000_0000_0000_0000n));
    for (let n = 0; n < atrs; n += 1)
      this.addAtr(FIRST_CATEGORIES[n % FIRST_CATEGORIES.length] ?? OPERATIONAL);
  }

  provision(endpoint: Identifier): Refusal {
    if (this.hasEndpoint(endpoint)) return CONFIRMATIONS.endpointExists;
    if (this.endpoints.length >= MAX_ENDPOINTS) return CONFIRMATIONS.endpointsFull;
    this.endpoints.push(endpoint);
    return undefined;
  }

  deleteEndpoint(endpoint: Identifier): Refusal {
    return remove(this.endpoints, ({ id }) => id === endpoint.id) ? undefined : CONFIRMATIONS.unknownEndpoint;
  }

  /** Adds an operational trust relationship among endpoints. */
  createAtr(members: readonly Identifier[]): SimulatedAtr | number {
    if (members.length === 0 || new Set(members.map(({ id }) => id)).size < members.length)
      return CONFIRMATIONS.badMembers;
    if (!members.every((member) => this.hasEndpoint(member))) return CONFIRMATIONS.unknownEndpoint;
    if (this.atrs.length >= MAX_ATRS) return CONFIRMATIONS.atrsFull;
    return this.addAtr(OPERATIONAL);
  }

  deleteAtr(atr: Identifier): Refusal {
    return remove(this.atrs, ({ id }) => id.id === atr.id) ? undefined : CONFIRMATIONS.unknownAtr;
  }

  hasEndpoint(endpoint: Identifier): boolean {
    return this.endpoints.some(({ id }) => id === endpoint.id);
  }

  hasAtrId(atrId: number): boolean {
    return this.atrs.some((atr) => atr.atrId === atrId);
  }

  private addAtr(category: number): SimulatedAtr {
    this.atrsMade += 1;
    const atr = {
      category,
      id: identifierOf(BigInt(this.atrsMade), 0xa000_0000_0000_0000n),
      atrId: category === OPERATIONAL ? this.nextAtrId() : undefined,
    };
    this.atrs.push(atr);
    return atr;
  }

  /** In turn from 1 to the largest there is, and from 1 again: of the 65535 at most 64 are in use. */
  private nextAtrId(): number {
    do this.lastAtrId = (this.lastAtrId % U16_MAX) + 1;
    while (this.hasAtrId(this.lastAtrId));
    return this.lastAtrId;
  }
}

function remove<T>(from: T[], matches: (item: T) => boolean): boolean {
  const index = from.findIndex(matches);
  if (index >= 0) from.splice(index, 1);
  return index >= 0;
}
