import assert from 'node:assert/strict';
import { defaultsOf } from '../../src/settings/migrations.js';
import { EditorPage } from './editor-page.js';

const page = new EditorPage(['akm-connection']);

/** A node as the editor holds it once it was added to the workspace. */
function added(node: { type: string; [property: string]: unknown }) {
  const _def = page.definitions.get(node.type) ?? { defaults: {} };
  const held = { _def, users: [], ...node };
  page.add(held);
  return held as Record<string, unknown>;
}

describe('editor: nodes of an older package', () => {
  it('are brought up to date when they come into the workspace, and not marked as changed', () => {
    const { _def, users, ...node } = added({
      type: 'akm-connection',
      id: 'c1',
      z: 'f1',
      ammPort: '4711',
      layouts: {},
    });
    const defaults = defaultsOf('akm-connection');
    assert.deepEqual(JSON.parse(JSON.stringify(node)), {
      ...defaults,
      type: 'akm-connection',
      id: 'c1',
      z: 'f1',
      ammPort: '4711',
    });
    assert.deepEqual([_def, users], [page.definitions.get('akm-connection'), []]);
  });

  it('are so in a locked flow too, where the editor hands them out behind a refusal', () => {
    const node = { type: 'akm-connection', _def: page.definitions.get('akm-connection') };
    const locked = new Proxy(node, {
      get: (target, name) => (name === '__node__' ? target : (Reflect.get(target, name) as unknown)),
      set: () => {
        throw new Error('locked');
      },
    });
    page.add(locked);
    assert.equal((node as Record<string, unknown>)['version'], 1);
  });

  it('are left alone where they are up to date, newer, or of another package', () => {
    assert.ok(!('ammHost' in added({ type: 'akm-connection', version: 1 })));
    assert.equal(added({ type: 'akm-connection', version: 99 })['version'], 99);
    assert.ok(!('version' in added({ type: 'inject' })));
  });
});
