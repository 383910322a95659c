import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Turns of the event loop in one millisecond: in two, bytes go to the other end of a socket and an answer comes back. */
const TURNS = 2;
/** How many milliseconds may pass in one of real time: the operating system needs a little for sockets, too. */
const PACE = 4;

/** Turns of the event loop within which a socket that was destroyed is closed. */
const CLOSING = 20;

/** Tells of each socket that leads to a server, as soon as it is made. */
const SOCKETS = 'net.client.socket';

interface Timer {
  readonly due: number;
  readonly action: () => void;
  readonly owner: Owned | undefined;
}

/** What an action has opened and not closed yet. */
interface Owned {
  readonly timers: Set<Timer>;
  readonly sockets: Set<Socket>;
}

const real = { setTimeout, clearTimeout, now: performance.now.bind(performance) };
const owners = new AsyncLocalStorage<Owned>();
const timers = new Set<Timer>();
let now = 0;
let users = 0;
let running = false;

/**
 * Runs an action in a time that is counted in turns of the event loop: `setTimeout`, `clearTimeout` and `performance.now` of this process.
 * Sockets are real, and however busy the machine is, a deadline is missed only by who would miss it on an idle one. Actions may run at
 * the same time.
 *
 * @returns what the action opened and left open, timers and sockets; it is known by the chain of callbacks that led there
 */
export async function inCountedTime(action: () => Promise<void>): Promise<string[]> {
  const owned: Owned = { timers: new Set(), sockets: new Set() };
  users += 1;
  if (users === 1) install();
  try {
    await owners.run(owned, action);
    // what is destroyed is closed some turns later
    for (let n = 0; n < CLOSING && owned.sockets.size > 0; n += 1) await turn();
    return [...[...owned.sockets].map(() => 'socket'), ...[...owned.timers].map(() => 'timer')];
  } finally {
    for (const timer of owned.timers) timers.delete(timer);
    users -= 1;
    if (users === 0) uninstall();
  }
}

function install(): void {
  subscribe(SOCKETS, madeSocket);
  globalThis.setTimeout = set as unknown as typeof setTimeout;
  globalThis.clearTimeout = clear;
  performance.now = () => now;
  if (!running) void run();
}

function uninstall(): void {
  unsubscribe(SOCKETS, madeSocket);
  globalThis.setTimeout = real.setTimeout;
  globalThis.clearTimeout = real.clearTimeout;
  performance.now = real.now;
}

function madeSocket(message: unknown): void {
  const { socket } = message as { socket: Socket };
  const sockets = owners.getStore()?.sockets;
  sockets?.add(socket);
  socket.once('close', () => sockets?.delete(socket));
}

function set(action: () => void, delay = 0): Timer {
  const owner = owners.getStore();
  const timer = { due: now + Math.max(1, delay), action: AsyncResource.bind(action), owner };
  timers.add(timer);
  owner?.timers.add(timer);
  return timer;
}

function clear(timer: unknown): void {
  if (timers.delete(timer as Timer)) (timer as Timer).owner?.timers.delete(timer as Timer);
  else real.clearTimeout(timer as NodeJS.Timeout | undefined); // it was set before this clock ran
}

/** Lets time pass for as long as anybody uses it. */
async function run(): Promise<void> {
  running = true;
  const begun = real.now() - now / PACE;
  while (users > 0) {
    for (let n = 0; n < TURNS; n += 1) await turn();
    if (now - (real.now() - begun) * PACE > PACE) await rest();
    now += 1;
    for (const timer of [...timers].filter(({ due }) => due <= now).sort((a, b) => a.due - b.due)) {
      if (!timers.has(timer)) continue; // cleared by one of those before
      clear(timer);
      fire(timer);
    }
  }
  running = false;
}

/** What a timer throws is nobody's to catch, and must not stop the clock. */
function fire({ action, owner }: Timer): void {
  try {
    action();
  } catch (error) {
    const escape = (): void =>
      process.nextTick(() => {
        throw error;
      });
    if (owner) owners.run(owner, escape);
    else escape();
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const rest = (): Promise<void> =>
  new Promise((resolve) => {
    real.setTimeout(resolve, 1);
  });
