import { setTimeout as pause } from 'node:timers/promises';
import {
  bothWays,
  cutWithin,
  delay,
  end,
  flipHeader,
  fragment,
  noise,
  reset,
  swallow,
  throttle,
  truncate,
} from '../../support/harmful-proxy/harms.js';
import type { Fault, HarmfulProxy } from '../../support/harmful-proxy/proxy.js';
import type { Machine } from './machine.js';
import type { Misbehaviour } from './peer.js';
import type { Random } from './random.js';

/** A machine, and what lies between it and Node-RED. */
export interface Site {
  readonly machine: Machine;
  readonly proxies: readonly [HarmfulProxy, HarmfulProxy];
}

/** Something that goes wrong for a while. */
export interface Disturbance {
  readonly what: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

const MISBEHAVIOURS: readonly [Misbehaviour, ...Misbehaviour[]] = [
  'silent',
  'slow',
  'garbage',
  'disconnect',
  'stalled',
];

/** Harm that is done to frames on their way, by its name. */
const HARMS: Readonly<Record<string, Fault>> = {
  fragments: { toClient: fragment },
  'delays of 5 ms': bothWays(delay(5)),
  throttling: { toClient: throttle(40) },
  'swallowed answers': { toClient: swallow },
  'swallowed requests': { toPeer: swallow },
  'truncated answers': { toClient: truncate },
  'truncated requests': { toPeer: truncate },
  'ends within answers': { toClient: cutWithin },
  'ends within requests': { toPeer: cutWithin },
  'ends instead of answers': { toClient: end },
  'resets instead of answers': { toClient: reset },
  'resets instead of requests': { toPeer: reset },
  'broken headers': { toClient: flipHeader(1) },
  noise: { toClient: noise },
  'refused connections': { refuses: true },
};

/** It is over when it has begun. */
const nothing = (): void => undefined;

/** How long one that flaps is there, and how long it is away, in milliseconds. */
const FLAP = 150;

/** One of the things that go wrong in a plant. */
export function disturbanceOf({ machine, proxies }: Site, chance: Random): Disturbance {
  const service = chance.pick(['amm', 'app'] as const);
  const peer = machine[service];
  const proxy = proxies[service === 'amm' ? 0 : 1];
  const kind = chance.pick([
    'misbehaves',
    'misbehaves',
    'harm',
    'harm',
    'harm',
    'leaves',
    'restarts',
    'flaps',
  ]);
  if (kind === 'misbehaves') {
    const misbehaviour = chance.pick(MISBEHAVIOURS);
    return {
      what: `${service} ${misbehaviour}`,
      begin: () => peer.misbehave(misbehaviour),
      end: () => peer.misbehave(undefined),
    };
  }
  if (kind === 'harm') {
    const [name, fault] = chance.pick(Object.entries(HARMS) as [[string, Fault], ...[string, Fault][]]);
    return {
      what: `${service} ${name}`,
      begin: () => proxy.harm(fault),
      end: () => proxy.lift(),
    };
  }
  if (kind === 'leaves') {
    return {
      what: 'the machine is away',
      begin: () => machine.leave(),
      end: async () => {
        await machine.listen();
      },
    };
  }
  if (kind === 'restarts') {
    return {
      what: 'the machine restarts',
      begin: async () => {
        await machine.leave();
        await machine.listen();
      },
      end: nothing,
    };
  }
  return {
    what: `${service} flaps`,
    begin: async () => {
      for (let n = chance.between(2, 6); n > 0; n -= 1) {
        await peer.leave();
        await pause(FLAP);
        await peer.listen();
        await pause(FLAP);
      }
    },
    end: nothing,
  };
}
