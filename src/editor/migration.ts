import { migrate, NODE_TYPES, type NodeType } from '../settings/migrations.js';
import type { EditorNode } from './node-red.js';

/**
 * Brings each node of this package up to date that comes into the workspace, so that its form shows, and saves, what runs. The editor tells of
 * all of them, those that it loads and imports and config nodes too; a type's `onadd` it calls only for what a person drops into the
 * workspace. The node is not marked as changed: it means the same as before.
 */
export function migrateWhatIsAdded(): void {
  RED.events.on('nodes:add', (added) => {
    const type = NODE_TYPES.find((each) => each === added.type);
    // behind the proxy that nodes are handed out in, which refuses any change in a locked flow
    if (type) bringUpToDate((added['__node__'] as EditorNode | undefined) ?? added, type);
  });
}

function bringUpToDate(node: EditorNode, type: NodeType): void {
  const { _def: definition } = node;
  const properties = Object.keys((definition as { defaults: object }).defaults).filter(
    (name) => name in node,
  );
  const saved = Object.fromEntries(properties.map((name) => [name, node[name]]));
  Object.assign(node, migrate(type, saved));
}
