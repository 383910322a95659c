import type { NodeInitializer } from 'node-red';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Mailbox } from './mailbox.js';
import { events } from './node-red-nodes.js';

const requireNode = createRequire(require.resolve('node-red'));

/** Node-RED's own nodes that are there in {@link CORE_NODES}, besides those that node-red-node-test-helper knows. */
const FILES: Readonly<Record<string, string>> = {
  inject: 'common/20-inject.js',
  debug: 'common/21-debug.js',
  comment: 'common/90-comment.js',
  function: 'function/10-function.js',
  switch: 'function/10-switch.js',
  change: 'function/15-change.js',
  delay: 'function/89-delay.js',
};

/** Every node type that Node-RED brings, and what in a flow is no node. */
export const CORE_TYPES: readonly string[] = ['tab', 'group', 'subflow', ...typesOfCore()];

function typesOfCore(): string[] {
  const folder = join(dirname(requireNode.resolve('@node-red/nodes/package.json')), 'core');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .flatMap((code) => [...code.matchAll(/registerType\(\s*["']([^"']+)/g)])
    .flatMap(([, type]) => type ?? []);
}

/** Their code. The debug node gets no say in the log: what it hears there it alters, and it never stops to listen. */
export const CORE_NODES = Object.values(FILES).map((file): NodeInitializer => {
  const initialize = requireNode(`@node-red/nodes/core/${file}`) as NodeInitializer;
  return (RED) => initialize({ ...RED, log: { ...RED.log, addHandler: () => undefined } });
});

/** What a debug node gives to the sidebar. */
interface Shown {
  name?: string;
  msg?: string;
  format?: string;
}

/** What the debug nodes show in the sidebar, by their names; of a Buffer, its first 500 bytes in hexadecimal. For the suite this is called in. */
export function useSidebar(): (name: string) => Mailbox<unknown> {
  const shown = new Map<string, Mailbox<unknown>>();
  const at = (name: string): Mailbox<unknown> => {
    const mailbox = shown.get(name) ?? new Mailbox();
    shown.set(name, mailbox);
    return mailbox;
  };
  const onPublished = ({ topic, data }: { topic: string; data: Shown }): void => {
    if (topic !== 'debug') return;
    const { name = '', msg = '', format = '' } = data;
    at(name).put(/^(string|buffer)/.test(format) ? msg : JSON.parse(msg));
  };
  beforeEach(() => {
    shown.clear();
    events.on('comms', onPublished);
  });
  afterEach(() => {
    events.off('comms', onPublished);
  });
  return at;
}
