import { setTimeout as pause } from 'node:timers/promises';
import { AMM_DIALECT, APP_DIALECT } from '../../../src/protocol/header.js';
import { HarmfulProxy } from '../../support/harmful-proxy/proxy.js';
import type { FlowNode } from '../../support/real-node-red';
import type { Summary } from './accounts.js';
import { baseFlow, REGISTERED } from './base-flow.js';
import { disturbanceOf, type Site } from './disturbances.js';
import { Losses } from './losses.js';
import { Machine } from './machine.js';
import { ObservedNodeRed } from './observed-node-red.js';
import type { Random } from './random.js';
import { changeOf, type DeploymentType } from './redeploys.js';
import { failuresOf, growthOf } from './soak-failures.js';
import { until } from './until.js';
import type { Vitals } from './vitals.js';

/** Between two pushes of the machine, in milliseconds. */
const PUSH_EVERY = 10;
/** Disturbances after which Node-RED has grown to what it needs. */
const WARM_UP = 5;
/** Looks at the memory with at least so many milliseconds in between. */
const LOOK_EVERY = 60_000;
/** How long all may take to come back after a disturbance, in milliseconds: a timeout, the longest pauses, a busy machine. */
const RECOVERY = 20_000;

/** What a soak test saw. */
export interface SoakReport {
  readonly seed: number;
  readonly accounts: Summary;
  readonly losses: Losses;
  /** How often each thing was done. */
  readonly disturbances: ReadonlyMap<string, number>;
  readonly pushed: number;
  readonly connections: { readonly amm: number; readonly app: number };
  /** Lines of Node-RED's log that tell of an outage, and of its end. */
  readonly outages: { readonly begun: number; readonly ended: number };
  /** Longest time until all was back after a disturbance, in milliseconds. */
  readonly slowestRecovery: number;
  /** Bytes at each look. */
  readonly memory: readonly number[];
  /** All that may not be, in words. */
  readonly failures: readonly string[];
}

/** A Node-RED at work, while a machine, a network and a user do their worst, as a seed has it. */
export class Soak {
  private readonly machine = new Machine();
  private readonly losses = new Losses(this.machine);
  private readonly done = new Map<string, number>();
  private readonly memory: number[] = [];
  private slowestRecovery = 0;
  /** By how many milliseconds this process was late at most since the last disturbance. */
  private late = 0;
  private lastLook = 0;

  private constructor(
    private readonly observed: ObservedNodeRed,
    private readonly chance: Random,
  ) {}

  /** Runs for so many milliseconds, and a little more to come to rest. */
  static async run(milliseconds: number, chance: Random): Promise<SoakReport> {
    const soak = new Soak(await ObservedNodeRed.start(), chance);
    try {
      return await soak.run(milliseconds);
    } finally {
      await soak.observed.nodeRed.stop();
      await soak.machine.leave();
    }
  }

  private async run(milliseconds: number): Promise<SoakReport> {
    const { ammPort, appPort } = await this.machine.listen();
    const proxies = [
      await HarmfulProxy.listen(AMM_DIALECT, ammPort),
      await HarmfulProxy.listen(APP_DIALECT, appPort),
    ] as const;
    const site = { machine: this.machine, proxies };
    const flow = baseFlow({ ammPort: proxies[0].port, appPort: proxies[1].port });
    let lastPush = performance.now();
    const pushes = setInterval(() => {
      const now = performance.now();
      this.late = Math.max(this.late, now - lastPush - PUSH_EVERY);
      lastPush = now;
      this.machine.push();
    }, PUSH_EVERY);
    try {
      await this.observed.nodeRed.deploy(flow);
      await this.observed.traffic('on');
      await this.recovered(site);
      for (let n = 0; n < WARM_UP; n += 1) await this.disturb(site, flow);
      const baseline = await this.rest();
      await this.observed.traffic('on');
      const end = Date.now() + milliseconds;
      while (Date.now() < end) {
        await this.disturb(site, flow);
        if (Date.now() < this.lastLook + LOOK_EVERY) continue;
        await this.rest();
        await this.observed.traffic('on');
      }
      return await this.report(baseline, await this.rest());
    } finally {
      clearInterval(pushes);
      await Promise.all(proxies.map((proxy) => proxy.close()));
    }
  }

  /** Something goes wrong, or somebody redeploys, or both; then all must come back by itself. */
  private async disturb(site: Site, flow: readonly FlowNode[]): Promise<void> {
    const { chance, machine } = this;
    const from = Date.now();
    const connection = machine.app.opened;
    const late = this.late;
    this.late = 0;
    const fault = chance.happens(0.65) ? disturbanceOf(site, chance) : undefined;
    const redeploys = !fault || chance.happens(0.3);
    if (fault) {
      this.count(fault.what);
      await fault.begin();
      await pause(chance.between(50, 4000));
    }
    const deployed = redeploys ? await this.redeploy(flow) : undefined;
    await fault?.end();
    const begun = Date.now();
    await this.recovered(site);
    this.slowestRecovery = Math.max(this.slowestRecovery, Date.now() - begun);
    this.losses.disturbance({
      what: [fault?.what, deployed].filter(Boolean).join(' and '),
      from,
      to: Date.now(),
      broke: fault !== undefined && machine.app.opened > connection,
      late: Math.max(late, this.late),
    });
    await pause(chance.between(200, 1500));
    this.losses.take(await this.observed.news());
  }

  /** Deploys a change, and takes it back. Returns what that was, in words. */
  private async redeploy(flow: readonly FlowNode[]): Promise<string> {
    const { chance, observed } = this;
    const { what, change } = changeOf(chance);
    const type = chance.pick<DeploymentType>(['full', 'flows', 'nodes']);
    this.count(`${type} deploy`);
    await observed.nodeRed.deploy(change(flow), type);
    await pause(chance.between(0, 500));
    await observed.nodeRed.deploy(flow, 'nodes').catch((error: unknown) => {
      throw new Error(`the deployment after one with ${what}`, { cause: error });
    });
    return `${type} deploy with ${what}`;
  }

  /** Waits until there is one connection a service, the AMM answers, and data goes both ways again. */
  private async recovered({ proxies }: Site): Promise<void> {
    const { machine, observed } = this;
    const progress = async (): Promise<[listed: number, received: number, sent: number]> => {
      const { byType, sinks } = await observed.accounts();
      const listed = byType['akm-list-endpoints']?.succeeded ?? 0;
      return [listed, sinks['sink']?.count ?? 0, machine.arrived.size];
    };
    const before = await progress();
    await until(
      'all to be back after a disturbance',
      async () => {
        // connections that were swallowed and that the client has given up by now
        for (const proxy of proxies) await proxy.lift();
        const one = [machine.amm, machine.app].every(({ connections }) => connections.size === 1);
        const after = await progress();
        return one && machine.knows(REGISTERED) && after.every((count, n) => count > (before[n] ?? 0))
          ? true
          : undefined;
      },
      RECOVERY,
    ).catch(async (error: unknown) => {
      const last = [...this.done.keys()].at(-1) ?? 'nothing';
      const log = observed.nodeRed.process.lines.items.slice(-30).join('\n');
      const counts = [machine.amm.connections.size, machine.app.connections.size, ...(await progress())];
      throw new Error(`seed ${this.chance.seed}, after ${last}: ${before.join()} ${counts.join()}\n${log}`, {
        cause: error,
      });
    });
  }

  /** Comes to rest, takes stock, and looks at memory and handles. */
  private async rest(): Promise<Vitals> {
    const { observed, losses } = this;
    await observed.traffic('off');
    await until('the end of all messages', async () =>
      (await observed.accounts()).open.length === 0 ? true : undefined,
    );
    losses.take(await observed.news());
    await until(
      'all that was taken, or its loss',
      () => (losses.missing().length === 0 ? true : undefined),
      3000,
    ).catch(
      () => undefined, // what is missing is judged below
    );
    losses.take(await observed.news());
    const vitals = await observed.vitals();
    this.memory.push(vitals.memory);
    this.lastLook = Date.now();
    return vitals;
  }

  private async report(before: Vitals, after: Vitals): Promise<SoakReport> {
    const { machine, losses, memory, slowestRecovery } = this;
    const accounts = await this.observed.accounts();
    const log = this.observed.nodeRed.process.lines.items;
    const linesWith = (text: string): number => log.filter((line) => line.includes(text)).length;
    const pushed = [...machine.pushTimes.values()].reduce((sum, times) => sum + times.length, 0);
    return {
      seed: this.chance.seed,
      accounts,
      losses,
      disturbances: this.done,
      pushed,
      connections: { amm: machine.amm.opened, app: machine.app.opened },
      outages: { begun: linesWith('No connection to'), ended: linesWith('Connected to') },
      slowestRecovery,
      memory,
      failures: [
        ...losses.forbidden,
        ...machine.disordered.map((number) => `send ${number} arrived after a later one, or twice`),
        ...machine.unregistered.map((number) => `send ${number} came before any registration`),
        ...failuresOf(accounts, this.observed.told),
        ...growthOf(before, after),
        ...after.warnings,
        ...log.filter((line) => /uncaught|unhandled/i.test(line)),
      ],
    };
  }

  private count(what: string): void {
    const times = this.done.get(what) ?? 0;
    this.done.delete(what); // the last one is what was done last
    this.done.set(what, times + 1);
  }
}
