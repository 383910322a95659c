import type { Node } from 'node-red';
import { currentVersion, migrate, versionOf, type NodeType } from '../../src/settings/migrations.js';

/** A node's configuration, brought up to date. One from a newer package is used as it is; the log says so. */
export function configOf<T extends object>(node: Node, type: NodeType, saved: T): T {
  const [version, current] = [versionOf(saved), currentVersion(type)];
  if (version > current) {
    node.warn(
      `This node was saved by a newer version of this package (configuration ${version}; the latest known here is ${current}). ` +
        'It is used as it is: update the package, or open the node and check it',
    );
  }
  return migrate(type, saved);
}
