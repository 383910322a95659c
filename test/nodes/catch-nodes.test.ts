import assert from 'node:assert/strict';
import { onePerTab, isCaught } from '../../nodes/shared/catch-nodes.js';

/** A node as Node-RED runs it. */
interface Running {
  id: string;
  type: string;
  z: string;
}

describe('whether a Catch node takes the errors of a node', () => {
  const tab = { id: 'tab', type: 'tab' };
  const node = { id: 'node', type: 'akm-send', z: 'tab' };
  const caught = (definitions: object[], running: Running[], of: Running = node): boolean => {
    const RED = {
      nodes: {
        eachNode: (see: (definition: object) => void) => definitions.forEach((each) => see(each)),
        getNode: (id: string) => running.find((each) => each.id === id) ?? null,
      },
    };
    return isCaught(RED as never, of as never);
  };
  const catcher = { id: 'catch', type: 'catch', z: 'tab', scope: null };

  for (const [what, definition, expected] of [
    ['one for all nodes of its tab', {}, true],
    ['one of another tab', { z: 'other' }, false],
    ['one that is disabled', { d: true }, false],
    ['one for this node', { scope: ['other', 'node'] }, true],
    ['one for another node', { scope: ['other'] }, false],
    ['one for uncaught errors', { uncaught: true }, true],
    ['one for a group that the node is in', { scope: 'group', g: 'outer' }, true],
    ['one for a group that the node is not in', { scope: 'group', g: 'elsewhere' }, false],
    ['one for its group that is in none', { scope: 'group' }, true],
  ] as const)
    it(`is ${expected} with ${what}`, () => {
      const groups = [
        { id: 'inner', type: 'group', z: 'tab', g: 'outer' },
        { id: 'outer', type: 'group', z: 'tab' },
        { id: 'elsewhere', type: 'group', z: 'tab' },
      ];
      const definitions = [tab, { ...node, g: 'inner' }, ...groups, { ...catcher, ...definition }];
      assert.equal(caught(definitions, [node, { ...catcher, ...definition }]), expected);
    });

  it('is false where the Catch node has ended', () =>
    assert.equal(caught([tab, node, catcher], [node]), false));

  describe('in a subflow', () => {
    const instance = { id: 'instance', type: 'subflow:sub', z: 'tab' };
    const inner = { id: 'instance-node', type: 'akm-send', z: 'instance' };
    const template = { ...node, z: 'sub' };
    const within = { ...catcher, z: 'sub' };

    it('is true with a Catch node inside, and with one where the instance is', () => {
      assert.ok(caught([tab, template, within], [instance, inner], inner));
      assert.ok(caught([tab, template, { ...within, scope: ['node'] }], [instance, inner], inner));
      assert.ok(caught([tab, template, catcher], [instance, inner, catcher], inner));
      assert.ok(caught([tab, { ...catcher, scope: ['instance'] }], [instance, inner, catcher], inner));
    });

    it('is false once the instance has ended', () => {
      assert.ok(!caught([tab, template, within], [inner], inner));
      assert.ok(!caught([tab, template, catcher], [inner, catcher], inner));
    });
  });

  it('is asked for one node of each tab, of those that share something: the least deep', () => {
    const instance = { id: 'instance', type: 'subflow:sub', z: 'tab' };
    const nodes = [
      { id: 'deep', type: 'akm-send', z: 'instance' },
      { id: 'first', type: 'akm-send', z: 'tab' },
      { id: 'second', type: 'akm-send', z: 'tab' },
      { id: 'elsewhere', type: 'akm-send', z: 'other' },
    ];
    const RED = { nodes: { getNode: (id: string) => (id === 'instance' ? instance : null) } };
    assert.deepEqual(Object.keys(onePerTab(RED as never, nodes as never)), ['first', 'elsewhere']);
  });
});
