import { ammClient, type AmmQuestion } from './client.js';
import { ClientRun, RECOVERY } from './client-run.js';
import { Peer } from './peer.js';
import { RECONNECT, REQUEST_TIMEOUT, type AmmStep, type Episode } from './steps.js';
import type { Violation } from './invariants.js';

const QUESTIONS: readonly AmmQuestion[] = [
  'endpoints',
  'endpoints, tolerant',
  'atrs',
  'details',
  'provision',
  'raw',
];

/** Takes an AmmClient through an episode. Returns what should not have happened, and the peer with all it saw. */
export async function runAmm(
  episode: Episode<AmmStep>,
  requestTimeout = REQUEST_TIMEOUT,
): Promise<{ violations: Violation[]; peer: Peer }> {
  const peer = await Peer.listen('amm');
  const { host, port } = peer;
  const { queueLimit, heartbeat } = episode;
  const run = new AmmRun(
    peer,
    ammClient({ host, port, queueLimit, heartbeat, requestTimeout, ...RECONNECT }),
  );
  await run.play(episode);
  return { violations: run.ledger.violations, peer };
}

type AskStep = Extract<AmmStep, { do: 'ask' }>;

class AmmRun extends ClientRun<AskStep, AmmQuestion> {
  protected override perform({ what }: AskStep): void {
    void this.ask(what);
  }

  protected override async recover(): Promise<void> {
    await this.ledger.requireEnds(RECOVERY, () => true);
    for (const what of QUESTIONS) await this.requireAnswer(what, () => this.ask(what));
  }

  protected override ownRequests(): number {
    return 1; // a heartbeat
  }
}
