import assert from 'node:assert/strict';
import { DISABLED_TAB, EditorPage } from './editor-page.js';

const page = new EditorPage(['akm-connection', 'akm-register', 'akm-send']);
const definition = page.definitions.get('akm-register');

/** The AppEndpoint of most connections here. */
const HERE = { type: 'akm-connection', appHost: '127.0.0.1', appPort: '49600', names: [] };

/** A register node, as the editor holds it. */
function registerNode(id: string, connection: string, appValue: string, more: object = {}) {
  const literal = { atrId: '1', atrIdType: 'num', appValueType: 'num' };
  return { type: 'akm-register', id, connection, name: '', appValue, ...literal, ...more };
}

/** What is said of a node's App Value. */
function verdictOn(node: Record<string, unknown>) {
  const { validate, label } = definition?.defaults['appValue'] ?? {};
  return validate?.call(node, node['appValue'], { label });
}

beforeEach(() => {
  page.configNodes.set('control', { ...HERE, name: 'Control room' });
  page.configNodes.set('pump', {
    ...HERE,
    appPort: '0xC1C0',
    names: [{ name: 'pump-7', id: '', atrId: '1', appValue: '200' }],
  });
  page.configNodes.set('elsewhere', { ...HERE, appHost: '10.0.0.1' });
});

afterEach(() => page.close());

describe('editor: a register node that is dropped into the workspace', () => {
  const dropped = () => {
    const node = { ...registerNode('new', '', '100') };
    definition?.onadd?.call(node);
    return node.appValue;
  };

  it('takes the lowest App Value from 100 on that no other has, by number or by name', () => {
    assert.equal(dropped(), '100');
    page.nodes.push(registerNode('a', 'control', '0x64'), registerNode('b', 'elsewhere', '101'));
    assert.equal(dropped(), '102');
    page.configNodes.set('control', {
      ...HERE,
      names: [{ name: 'valve', id: '', atrId: '1', appValue: '102' }],
    });
    page.nodes.push(registerNode('c', 'control', 'valve'));
    assert.equal(dropped(), '103');
  });

  it('keeps what it has where it is pasted or imported: then it is there already', () => {
    const node = registerNode('pasted', 'control', '100');
    page.configNodes.set('pasted', node);
    page.nodes.push(registerNode('a', 'control', '100'));
    definition?.onadd?.call(node);
    assert.equal(node.appValue, '100');
  });
});

describe('editor: an App Value of a register node', () => {
  const taken = /:label\.appValue: \S+:error\.taken$/;

  it('is refused where a node of another connection registers it in the same ATR at the same AppEndpoint', () => {
    page.nodes.push(registerNode('a', 'pump', 'pump-7'));
    assert.match(String(verdictOn(registerNode('b', 'control', '0xC8'))), taken);
    assert.equal(verdictOn(registerNode('b', 'control', '201')), true);
    assert.equal(verdictOn(registerNode('b', 'control', '200', { atrId: '2' })), true);
    assert.equal(verdictOn(registerNode('b', 'elsewhere', '200')), true);
    assert.equal(verdictOn(registerNode('b', '', '200')), true);
  });

  it('may be that of another node of the same connection, and its own before the connection was changed', () => {
    page.nodes.push(registerNode('a', 'control', '200'));
    assert.equal(verdictOn(registerNode('b', 'control', '200')), true);
    assert.equal(verdictOn(registerNode('a', 'pump', '200')), true);
  });

  it('is compared with that at the same host in another spelling', () => {
    page.configNodes.set('control', { ...HERE, appHost: '[::1]' });
    page.configNodes.set('pump', { ...HERE, appHost: ' ::1 ' });
    page.nodes.push(registerNode('a', 'pump', '200'));
    assert.match(String(verdictOn(registerNode('b', 'control', '200'))), taken);
  });

  it('is not compared with what does not run, or comes with a message', () => {
    page.nodes.push(
      registerNode('a', 'pump', '200', { d: true }),
      registerNode('b', 'pump', '200', { z: DISABLED_TAB }),
      registerNode('c', 'pump', '200', { atrIdType: 'msg' }),
    );
    assert.equal(verdictOn(registerNode('d', 'control', '200')), true);
    page.nodes.push(registerNode('e', 'pump', '200'));
    assert.match(String(verdictOn(registerNode('d', 'control', '200'))), taken);
    assert.equal(verdictOn(registerNode('d', 'control', '200', { atrIdType: 'msg' })), true);
    assert.equal(verdictOn(registerNode('d', 'control', '200', { d: true })), true);
  });
});
