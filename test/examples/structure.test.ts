import assert from 'node:assert/strict';
import { CORE_TYPES } from '../support/core-nodes.js';
import { EXAMPLE_FILES, parseExample, readExample, type ExampleNode } from '../support/example-files.js';
import { AKM_TYPES } from '../support/node-red-nodes.js';
import { thirdPartyOf } from '../support/third-party-types.js';

/** A node that has no place in the workspace. */
const isConfig = (node: ExampleNode) => node.type !== 'tab' && !('x' in node);
const withId = (nodes: ExampleNode[]) => nodes.map((node) => `${node.type} ${node.name ?? ''} ${node.id}`);

describe('examples', () => {
  it('are files of flows, in an order, those that need nothing but the package first', () => {
    const [plain, others] = [false, true].map((deep) => EXAMPLE_FILES.filter((file) => file.includes('/') === deep));
    assert.ok(plain && plain.length >= 3);
    for (const [n, file] of plain.entries()) assert.match(file, new RegExp(`^0${n + 1} - .+\\.json$`));
    for (const file of others ?? []) assert.match(file, /^[^/]+\/\d - [^/]+\.json$/);
  });

  for (const file of EXAMPLE_FILES) {
    describe(file, () => {
      const flow = parseExample(readExample(file));
      const ofType = (type: string) => flow.filter((node) => node.type === type);
      const ids = new Set(flow.map(({ id }) => id));
      const [tab] = ofType('tab');

      it('has nodes that are known, and names the packages that others are from', () => {
        const modules = ofType('global-config').flatMap((node) => Object.keys(node['modules'] as object));
        const packageOf = ({ type }: ExampleNode) => thirdPartyOf(type);
        const known = [...AKM_TYPES, ...CORE_TYPES];
        const others = flow.filter(({ type }) => !known.includes(type));
        assert.deepEqual(withId(others.filter((node) => packageOf(node) === undefined)), []);
        assert.deepEqual([...new Set(others.map(packageOf))].sort(), modules.sort());
        if (!file.includes('/')) assert.deepEqual(modules, []);
      });

      it('has one tab, which says what it shows', () => {
        assert.equal(ofType('tab').length, 1);
        assert.match(String(tab?.['label']), /^AKM: /);
        assert.ok((tab?.info ?? '').length > 100);
      });

      it('has all its nodes on that tab, but for config nodes', () => {
        const elsewhere = flow.filter((node) => !isConfig(node) && node.type !== 'tab' && node.z !== tab?.id);
        assert.deepEqual(withId(elsewhere), []);
        assert.deepEqual(withId(flow.filter((node) => isConfig(node) && Boolean(node.z))), []);
      });

      it('has ids that are unique', () => {
        assert.equal(ids.size, flow.length);
        assert.ok(flow.every(({ id }) => /^[\da-f]{16}$/.test(id)));
      });

      it('has wires that lead somewhere', () => {
        const loose = flow.flatMap(({ wires = [] }) => wires.flat()).filter((id) => !ids.has(id));
        assert.deepEqual(loose, []);
      });

      it('names only nodes that it has in its Catch, Status and Complete nodes', () => {
        for (const node of ['catch', 'status', 'complete'].flatMap(ofType)) {
          assert.ok(node.scope && node.scope.length > 0, node.id);
          assert.ok(
            node.scope.every((id) => flow.some((other) => other.id === id && 'wires' in other)),
          );
        }
      });

      it('has a name at every debug node, each its own', () => {
        const names = ofType('debug').map(({ name }) => name);
        assert.ok(names.every((name) => name !== undefined && name !== ''));
        assert.equal(new Set(names).size, names.length);
      });

      it('has every node in a group, and in every group the nodes that say so', () => {
        const groups = ofType('group');
        assert.ok(groups.length > 1);
        assert.ok(groups.every(({ name }) => name !== undefined && name !== ''));
        for (const { id, nodes = [] } of groups)
          assert.deepEqual(
            [...nodes].sort(),
            flow
              .filter(({ g }) => g === id)
              .map((node) => node.id)
              .sort(),
          );
        const without = flow.filter(
          (node) => !['tab', 'group'].includes(node.type) && !isConfig(node) && node.g === undefined,
        );
        assert.deepEqual(withId(without), []);
      });

      it('has the connections that its nodes use, and no other', () => {
        const used = new Set(flow.flatMap(({ connection }) => (connection === undefined ? [] : [connection])));
        assert.deepEqual(
          [...used].sort(),
          ofType('akm-connection')
            .map(({ id }) => id)
            .sort(),
        );
        const users = flow.filter(
          ({ type }) => type.startsWith('akm-') && type !== 'akm-connection' && type !== 'akm-simulator',
        );
        assert.deepEqual(withId(users.filter(({ connection }) => connection === undefined)), []);
      });

      it('stays on this machine', () => {
        for (const node of flow)
          for (const host of ['host', 'ammHost', 'appHost'])
            if (host in node) assert.equal(node[host], '127.0.0.1', node.id);
      });
    });
  }

  it('have no node and no port in common, so that they run beside each other', () => {
    const all = EXAMPLE_FILES.map((file) => parseExample(readExample(file)));
    const once = (values: unknown[]) => assert.equal(new Set(values).size, values.length, values.join());
    once(all.flatMap((flow) => flow.map(({ id }) => id)));
    once(
      all.flatMap((flow) =>
        flow
          .filter(({ type }) => type === 'akm-simulator')
          .flatMap((node) => [node['ammPort'], node['appPort']]),
      ),
    );
  });
});

