/** A message whose body is only inferred: the integrator can enter the vendor's layout for it. */
export interface InferredMessage {
  /** The guides' own name, e.g. `PROVISION_ENDPOINT_REQUEST`. */
  readonly name: string;
  readonly service: 'amm' | 'app';
  readonly kind: 'request' | 'response';
  /** Whether its operation changes what the peer holds. */
  readonly changing: boolean;
  /** The inferred layout in the notation. */
  readonly notation: string;
}

/**
 * The field of a response that the success code is compared with; undefined where the message is none that is judged. Without such a field
 * no answer counts as a refusal.
 */
export function judgedField({ service, kind, changing }: InferredMessage): string | undefined {
  if (kind === 'request' || !changing) return undefined;
  return service === 'amm' ? 'confirmation' : 'status';
}
