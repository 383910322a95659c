import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** What keeps a process alive, or holds a descriptor. */
const KINDS: ReadonlySet<string> = new Set(['Timeout', 'TCPWRAP', 'TCPSERVERWRAP', 'GETADDRINFOREQWRAP']);

/** Turns of the event loop after which Node.js has told of all that ended. */
const TURNS = 20;

const owners = new AsyncLocalStorage<Map<number, string>>();
/** What is open, by the number that Node.js gave it, in the map of who opened it. */
const open = new Map<number, Map<number, string>>();
let users = 0;

const hook = createHook({
  init(id, kind) {
    if (!KINDS.has(kind)) return;
    const owned = owners.getStore();
    if (!owned) return;
    owned.set(id, kind);
    open.set(id, owned);
  },
  destroy(id) {
    open.get(id)?.delete(id);
    open.delete(id);
  },
});

/**
 * Runs an action and returns what it opened and left open: timers and sockets, by kind. Actions may run at the same time: what an action
 * opens is known by the chain of callbacks that led there.
 */
export async function leftOpen(action: () => Promise<void>): Promise<string[]> {
  const owned = new Map<number, string>();
  users += 1;
  if (users === 1) hook.enable();
  try {
    await owners.run(owned, action);
    for (let turn = 0; turn < TURNS && owned.size > 0; turn += 1)
      await new Promise<void>((resolve) => setImmediate(resolve));
    return [...owned.values()].sort();
  } finally {
    for (const id of owned.keys()) open.delete(id);
    users -= 1;
    if (users === 0) hook.disable();
  }
}
