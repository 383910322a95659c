import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { EditorPage, type Definition } from './editor-page.js';

/** The properties of each node type: flows saved today must still load next year. */
const PROPERTIES: Record<string, Record<string, unknown>> = {
  'akm-connection': {
    name: '',
    ammHost: '127.0.0.1',
    ammPort: '49200',
    appHost: '127.0.0.1',
    appPort: '49600',
    requestTimeout: '5000',
    reconnectMin: '500',
    reconnectMax: '30000',
    heartbeat: '30',
    ammIdle: '0',
    queueLimit: '1000',
    successCode: '0',
    allowInferred: false,
    layouts: {},
  },
  'akm-list-endpoints': { name: '', connection: '', filter: '0', filterType: 'num' },
  'akm-list-atrs': { name: '', connection: '', filter: '0', filterType: 'num', category: '' },
  'akm-provision': {
    name: '',
    connection: '',
    action: 'provision-endpoint',
    target: 'payload',
    targetType: 'msg',
  },
  'akm-endpoint-details': { name: '', connection: '', target: 'payload', targetType: 'msg' },
  'akm-register': {
    name: '',
    connection: '',
    atrId: '1',
    atrIdType: 'num',
    appValue: '100',
    appValueType: 'num',
    auto: true,
  },
  'akm-send': {
    name: '',
    connection: '',
    atrId: 'atrId',
    atrIdType: 'msg',
    appValue: 'appValue',
    appValueType: 'msg',
    offline: 'error',
  },
  'akm-receive': { name: '', connection: '', atrId: '', appValue: '', format: 'auto' },
  'akm-app-info': { name: '', connection: '', query: 'version' },
  'akm-request': { name: '', connection: '', service: 'amm', code: '', codeType: 'num', responseCode: '' },
  'akm-simulator': {
    name: '',
    host: '127.0.0.1',
    ammPort: '49200',
    appPort: '49600',
    endpoints: '4',
    atrs: '5',
    fault: '',
  },
};

/** What a node begins without, because nobody but its user can know it. */
const TO_FILL_IN: Record<string, string[]> = { 'akm-request': ['code'] };

const page = new EditorPage(Object.keys(PROPERTIES));

function definitionOf(type: string): Definition {
  const definition = page.definitions.get(type);
  assert.ok(definition, `${type} is registered`);
  return definition;
}

/** A node as the editor makes it, with texts that are their keys and what is filled in. */
function makeNode(type: string, properties: object = {}) {
  const _ = (key: string, values: object = {}) => [key, ...(Object.values(values) as string[])].join(' ');
  return { ...PROPERTIES[type], _, ...properties };
}

function labelOf(type: string, properties: object = {}): string {
  return definitionOf(type).label.call(makeNode(type, properties));
}

/** What the editor would say is wrong with a node. */
function errorsOf(type: string, properties: object = {}): string[] {
  const node: Record<string, unknown> = makeNode(type, properties);
  return Object.entries(definitionOf(type).defaults).flatMap(([name, { validate, label }]) => {
    const verdict = validate?.call(node, node[name], { label }) ?? true;
    return verdict === true ? [] : verdict;
  });
}

/** What the editor would say is wrong with a node, by property. */
function refused(type: string, properties: object = {}): string[] {
  return errorsOf(type, properties).map((error) => error.replace(/^\S+:label\.(\w+): \S+:/, '$1 '));
}

describe('node definitions', () => {
  afterEach(() => {
    page.close();
  });

  for (const [type, properties] of Object.entries(PROPERTIES)) {
    describe(type, () => {
      it('has its properties and their defaults', () => {
        const { defaults } = definitionOf(type);
        const values = Object.fromEntries(Object.entries(defaults).map(([name, { value }]) => [name, value]));
        assert.deepEqual(JSON.parse(JSON.stringify(values)), properties);
      });

      it('begins with values that it takes itself', () => {
        const properties = refused(type).map((error) => error.split(' ')[0]);
        assert.deepEqual(properties, TO_FILL_IN[type] ?? []);
      });

      it('has validators that can say what is wrong: two arguments, and a label', () => {
        for (const [name, { validate, label }] of Object.entries(definitionOf(type).defaults)) {
          if (!validate) continue;
          assert.equal(validate.length, 2, name);
          assert.ok(label, name);
        }
      });

      it('has an icon and its place in the editor', () => {
        const { icon, category, defaults } = definitionOf(type);
        assert.ok(existsSync(`icons/${icon}`));
        assert.equal(category, type === 'akm-connection' ? 'config' : 'AKM');
        if (!('connection' in properties)) return;
        const { value, type: configType, required } = defaults['connection'] ?? {};
        assert.deepEqual([value, configType, required], ['', 'akm-connection', true]);
      });

      it('turns each property that has a type into a typed input', () => {
        page.open(type);
        definitionOf(type).oneditprepare?.call(makeNode(type));
        const typed = Object.keys(properties).filter((name) => `${name}Type` in properties);
        assert.deepEqual(
          [...page.typedInputs.keys()],
          typed.map((name) => `#node-input-${name}`),
        );
        for (const name of typed) {
          const { types, typeField } = page.typedInputs.get(`#node-input-${name}`) ?? { types: [] };
          assert.equal(typeField, `#node-input-${name}Type`);
          const offered = types.map((each) => (typeof each === 'string' ? each : each.value));
          assert.ok(offered.includes(String(properties[`${name}Type`])), 'its own default type');
        }
      });

      it('is called by its name, in italics, where it has one', () => {
        assert.equal(labelOf(type, { name: 'mine' }), 'mine');
        const style = (name: string) => definitionOf(type).labelStyle?.call(makeNode(type, { name }));
        if (type !== 'akm-connection')
          assert.deepEqual([style('mine'), style('')], ['node_label_italic', '']);
      });
    });
  }

  it('have the ports that flows are wired with', () => {
    const ports = Object.keys(PROPERTIES).map((type) => {
      const { inputs, outputs } = definitionOf(type);
      return [type.slice(4), inputs, outputs];
    });
    assert.deepEqual(ports, [
      ['connection', undefined, undefined],
      ['list-endpoints', 1, 1],
      ['list-atrs', 1, 1],
      ['provision', 1, 1],
      ['endpoint-details', 1, 1],
      ['register', 1, 1],
      ['send', 1, 1],
      ['receive', 0, 1],
      ['app-info', 1, 1],
      ['request', 1, 1],
      ['simulator', 0, 0],
    ]);
  });

  it('are called by what they do', () => {
    assert.equal(labelOf('akm-connection'), 'label.node 127.0.0.1:49200 127.0.0.1:49600');
    assert.equal(labelOf('akm-list-atrs'), 'label.palette');
    assert.equal(labelOf('akm-list-atrs', { category: '3' }), 'label.node category.3');
    assert.equal(labelOf('akm-register'), 'label.node 1 100');
    assert.equal(labelOf('akm-register', { atrIdType: 'flow' }), 'label.palette');
    assert.equal(labelOf('akm-send'), 'label.palette');
    const literal = { atrId: '1', atrIdType: 'num', appValue: '0xC8', appValueType: 'num' };
    assert.equal(labelOf('akm-send', literal), 'label.node 1 0xC8');
    assert.equal(labelOf('akm-provision'), 'action.provision-endpoint');
    assert.equal(labelOf('akm-provision', { action: 'delete-atr' }), 'action.delete-atr');
    assert.equal(labelOf('akm-provision', { action: 'msg' }), 'label.nodeMsg');
    assert.equal(labelOf('akm-app-info', { query: 'atrs' }), 'label.node query.atrs');
    assert.equal(labelOf('akm-request'), 'label.node service.amm');
    assert.equal(labelOf('akm-request', { code: 'code', codeType: 'msg' }), 'label.node service.amm');
    assert.equal(labelOf('akm-request', { service: 'app', code: '0x08' }), 'label.nodeCode service.app 0x08');
    assert.equal(labelOf('akm-receive'), 'label.palette');
    assert.equal(labelOf('akm-receive', { atrId: '1' }), 'label.nodeAtr 1 ');
    assert.equal(labelOf('akm-receive', { appValue: '2' }), 'label.nodeSender  2');
    assert.equal(labelOf('akm-receive', { atrId: '1', appValue: '2' }), 'label.nodeBoth 1 2');
  });

  it('say which value cannot be used', () => {
    assert.deepEqual(refused('akm-connection', { ammPort: '0', appPort: '65536', successCode: 'no' }), [
      'ammPort error.wholeNumber 1 65535',
      'appPort error.wholeNumber 1 65535',
      'successCode error.wholeNumber 0 4294967295',
    ]);
    assert.deepEqual(
      refused('akm-connection', { requestTimeout: '0', heartbeat: '-1', ammIdle: '', queueLimit: '0' }),
      [
        'requestTimeout error.wholeNumber 1 2147483647',
        'heartbeat error.wholeNumber 0 2147483',
        'ammIdle error.wholeNumber 0 2147483',
        'queueLimit error.wholeNumber 1 4294967295',
      ],
    );
    assert.deepEqual(refused('akm-connection', { reconnectMin: '31000' }), ['reconnectMax error.pauses']);
    assert.deepEqual(refused('akm-connection', { successCode: '', heartbeat: '0' }), []);
    assert.deepEqual(refused('akm-connection', { layouts: { GET_VERSION_RESPONSE: 'version:text' } }), []);
    const [layout] = errorsOf('akm-connection', { layouts: { GET_VERSION_RESPONSE: 'version' } });
    assert.match(
      layout ?? '',
      /:label\.layouts: GET_VERSION_RESPONSE, column 8: a colon and a type are expected/,
    );
    assert.deepEqual(refused('akm-list-atrs', { filter: '4294967296' }), [
      'filter error.wholeNumber 0 4294967295',
    ]);
    assert.deepEqual(refused('akm-provision', { target: 'E1', targetType: 'str' }), [
      'target error.identifier',
    ]);
    assert.deepEqual(refused('akm-endpoint-details', { target: '' }), ['target error.empty']);
    assert.deepEqual(refused('akm-request', { code: '0xFFFFFFC0', responseCode: 'no' }), [
      'code error.wholeNumber 0 4294967231',
      'responseCode error.wholeNumber 0 4294967295',
    ]);
    assert.deepEqual(refused('akm-request', { code: 'code', codeType: 'msg', responseCode: '0x48' }), []);
    assert.deepEqual(refused('akm-register', { atrId: '65536', appValue: '' }), [
      'atrId error.wholeNumber 0 65535',
      'appValue error.wholeNumber 0 65535',
    ]);
    assert.deepEqual(refused('akm-send', { atrId: '' }), ['atrId error.empty']);
    assert.deepEqual(refused('akm-receive', { atrId: 'x', appValue: '0xFFFF' }), [
      'atrId error.wholeNumber 0 65535',
    ]);
    assert.deepEqual(refused('akm-simulator', { ammPort: '0', endpoints: '33', atrs: '65' }), [
      'endpoints error.wholeNumber 0 32',
      'atrs error.wholeNumber 0 64',
    ]);
  });

  it('judge a node by the form only while it is that node whose form is open', () => {
    page.open('akm-send', { 'node-input-atrId': '7', 'node-input-atrIdType': 'num' });
    const saved = { atrId: '7', atrIdType: 'json' };
    assert.deepEqual(errorsOf('akm-send', saved), [], 'its type was just changed to a number');
    assert.equal(
      errorsOf('akm-send', { ...saved, atrId: 'bad' }).length,
      1,
      'another node, judged by what was saved',
    );
    const pauses = { 'node-config-input-reconnectMax': '600', 'node-config-input-reconnectMin': '700' };
    page.open('akm-connection', pauses);
    assert.equal(errorsOf('akm-connection', { reconnectMax: '600' }).length, 1);
    assert.deepEqual(errorsOf('akm-connection', { reconnectMax: '601' }), []);
  });

  it('check a literal while it is typed', () => {
    definitionOf('akm-provision').oneditprepare?.call(makeNode('akm-provision'));
    const types = page.typedInputs.get('#node-input-target')?.types ?? [];
    const [identifier] = types.filter((type) => typeof type !== 'string');
    assert.equal(identifier?.value, 'str');
    assert.equal(identifier.validate('0xE1'), true);
    assert.notEqual(identifier.validate('E1'), true);
  });
});
