import fc from 'fast-check';
import { messageOf } from '../../src/errors.js';
import type { FuzzProperty } from '../fuzz/property.js';
import { runAmm } from './amm-run.js';
import { runApp } from './app-run.js';
import { inCountedTime } from './clock.js';
import { escapedFrom } from './escapes.js';
import { Violation } from './invariants.js';
import type { Peer } from './peer.js';
import { ammEpisode, appEpisode, type CommonStep, type Episode, type PeerStep } from './steps.js';

type Run<Step> = (
  episode: Episode<Step>,
  requestTimeout?: number,
) => Promise<{ violations: Violation[]; peer: Peer }>;

/** All that must hold of one episode, but for what is written first on a connection. */
function keepsItsWord<Step>(episodes: fc.Arbitrary<Episode<Step>>, run: Run<Step>): fc.IRawProperty<unknown> {
  return fc.asyncProperty(episodes, async (episode) => {
    const violations: Violation[] = [];
    let open: string[] = [];
    const escaped = await escapedFrom(async () => {
      open = await inCountedTime(async () => {
        violations.push(...(await run(episode)).violations);
      });
    });
    for (const error of escaped) violations.push(new Violation('survives', messageOf(error)));
    if (open.length > 0) violations.push(new Violation('cleans', open.join(', ')));
    const [first] = violations;
    if (first) throw first;
  });
}

/** So long that no answer that is late comes too late, in milliseconds. */
const PATIENT = 2000;

/** What is written before the peer has said who it is. Its first answer may be late, but always comes in time. */
function identifiesFirst<Step extends object>(
  episodes: fc.Arbitrary<Episode<Step | PeerStep | CommonStep>>,
  run: Run<Step | PeerStep | CommonStep>,
): fc.IRawProperty<unknown> {
  const answered = episodes.map((episode) => ({
    ...episode,
    stubborn: false,
    steps: episode.steps.filter(
      (step) => !('peer' in step && (step.peer === 'loses' || step.peer === 'pauses')),
    ),
  }));
  return fc.asyncProperty(answered, async (episode) => {
    await inCountedTime(async () => {
      const { peer } = await run(episode, PATIENT);
      for (const { early } of peer.connections)
        if (early.some((code, place) => place > 0 || code !== 0x01))
          throw new Violation('identifies', `codes ${early.join(', ')} were written first`);
    });
  });
}

/** A client and what is tried out with it. */
export interface ModelProperty extends FuzzProperty {
  client: 'AppClient' | 'AmmClient';
}

/** What must hold for live clients whatever they, and a peer that keeps to the protocol, do. */
export const MODEL: readonly ModelProperty[] = [
  {
    client: 'AppClient',
    name: 'an AppClient keeps its word in any episode',
    runs: 400,
    lanes: 20,
    property: keepsItsWord(appEpisode, runApp),
  },
  {
    client: 'AmmClient',
    name: 'an AmmClient keeps its word in any episode',
    runs: 200,
    lanes: 10,
    property: keepsItsWord(ammEpisode, runAmm),
  },
];

/** What must hold before a peer has said who it is. */
export const IDENTIFICATION: readonly ModelProperty[] = [
  {
    client: 'AppClient',
    name: 'an AppClient writes first what reads only, in any episode',
    runs: 16,
    lanes: 8,
    property: identifiesFirst(appEpisode, runApp),
  },
  {
    client: 'AmmClient',
    name: 'an AmmClient writes first what reads only, in any episode',
    runs: 16,
    lanes: 8,
    property: identifiesFirst(ammEpisode, runAmm),
  },
];
