import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { defaultsOf, NODE_TYPES, type NodeType } from '../../src/settings/migrations.js';
import { EditorPage, type Definition } from './editor-page.js';

/** What a node begins without, because nobody but its user can know it. */
const TO_FILL_IN: Partial<Record<NodeType, string[]>> = { 'akm-request': ['code'] };

const page = new EditorPage(NODE_TYPES);

function definitionOf(type: NodeType): Definition {
  const definition = page.definitions.get(type);
  assert.ok(definition, `${type} is registered`);
  return definition;
}

/** A node as the editor makes it, with texts that are their keys and what is filled in. */
function makeNode(type: NodeType, properties: object = {}) {
  const _ = (key: string, values: object = {}) => [key, ...(Object.values(values) as string[])].join(' ');
  return { ...defaultsOf(type), _, ...properties };
}

function labelOf(type: NodeType, properties: object = {}): string {
  return definitionOf(type).label.call(makeNode(type, properties));
}

/** What the editor would say is wrong with a node. */
function errorsOf(type: NodeType, properties: object = {}): string[] {
  const node: Record<string, unknown> = makeNode(type, properties);
  return Object.entries(definitionOf(type).defaults).flatMap(([name, { validate, label }]) => {
    const verdict = validate?.call(node, node[name], { label }) ?? true;
    return verdict === true ? [] : verdict;
  });
}

/** What the editor would say is wrong with a node, by property. */
function refused(type: NodeType, properties: object = {}): string[] {
  return errorsOf(type, properties).map((error) => error.replace(/^\S+:label\.(\w+): \S+:/, '$1 '));
}

describe('node definitions', () => {
  afterEach(() => page.close());

  for (const type of NODE_TYPES) {
    describe(type, () => {
      const properties = defaultsOf(type);

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
    const ports = NODE_TYPES.map((type) => {
      const { inputs, outputs } = definitionOf(type);
      return [type.slice(4), inputs, outputs];
    });
    assert.deepEqual(ports, [
      ['connection', undefined, undefined],
      ['list-endpoints', 1, 1],
      ['list-atrs', 1, 1],
      ['watch', 1, 1],
      ['provision', 1, 1],
      ['endpoint-details', 1, 1],
      ['register', 1, 1],
      ['send', 1, 1],
      ['receive', 0, 1],
      ['app-info', 1, 1],
      ['request', 1, 1],
      ['events', 1, 2],
      ['simulator', 0, 0],
    ]);
  });

  it('have a label at each port', () => {
    const labels = NODE_TYPES.flatMap((type) => {
      const definition = definitionOf(type);
      return Array.from({ length: definition.outputs ?? 0 }, (_, index) => [
        type.slice(4),
        definition.outputLabels?.call(makeNode(type), index),
      ]);
    });
    assert.deepEqual(
      labels.filter(([, label]) => label !== 'port.output'),
      [
        ['events', 'port.events'],
        ['events', 'port.counters'],
      ],
    );
  });

  it('are called by what they do', () => {
    assert.equal(labelOf('akm-connection'), 'label.node 127.0.0.1:49200 127.0.0.1:49600');
    assert.equal(labelOf('akm-list-atrs'), 'label.palette');
    assert.equal(labelOf('akm-list-atrs', { category: '3' }), 'label.node category.3');
    assert.equal(labelOf('akm-watch'), 'label.palette');
    assert.equal(labelOf('akm-watch', { what: 'atrs' }), 'label.node what.atrs');
    assert.equal(labelOf('akm-app-info', { query: 'atrs' }), 'label.node query.atrs');
    assert.equal(labelOf('akm-events'), 'label.palette');
    assert.equal(labelOf('akm-events', { services: 'app' }), 'label.node services.app');
    assert.equal(labelOf('akm-request'), 'label.node service.amm');
    assert.equal(labelOf('akm-request', { code: 'code', codeType: 'msg' }), 'label.node service.amm');
    assert.equal(labelOf('akm-request', { service: 'app', code: '0x08' }), 'label.nodeCode service.app 0x08');
  });

  it('are called by the values that stand in their forms, as short as they can be said', () => {
    const atr = '@akmflow/node-red-akm/akm-connection:picker.atr';
    const app = '@akmflow/node-red-akm/akm-connection:picker.app';
    assert.equal(labelOf('akm-register'), `label.node ${atr} 1 · ${app} 100`);
    assert.equal(labelOf('akm-register', { atrIdType: 'flow' }), `label.node ${app} 100`);
    assert.equal(labelOf('akm-register', { atrIdType: 'flow', appValueType: 'msg' }), 'label.palette');
    assert.equal(labelOf('akm-send'), 'label.palette');
    const literal = { atrId: '${ATR}', atrIdType: 'num', appValue: '0xC8', appValueType: 'num' };
    assert.equal(labelOf('akm-send', literal), `label.node ${atr} \${ATR} · ${app} 0xC8`);
    assert.equal(labelOf('akm-receive'), 'label.palette');
    assert.equal(labelOf('akm-receive', { atrId: '1' }), `label.node ${atr} 1`);
    assert.equal(labelOf('akm-receive', { appValue: '2' }), `label.node ${app} 2`);
    assert.equal(labelOf('akm-receive', { atrId: '1', appValue: '2' }), `label.node ${atr} 1 · ${app} 2`);
    assert.equal(labelOf('akm-provision'), 'action.provision-endpoint');
    assert.equal(labelOf('akm-provision', { action: 'delete-atr' }), 'action.delete-atr');
    assert.equal(labelOf('akm-provision', { action: 'msg' }), 'label.nodeMsg');
    const target = { target: '0123456789abcdef0123456789abcdef', targetType: 'str' };
    assert.equal(
      labelOf('akm-provision', { action: 'delete-atr', ...target }),
      'label.nodeTarget action.delete-atr 0x1234…CDEF',
    );
    const several = { action: 'create-operational-atr', target: '["0xE1", "0xE2"]', targetType: 'json' };
    assert.equal(labelOf('akm-provision', several), 'label.nodeEndpoints action.create-operational-atr 2');
    assert.equal(labelOf('akm-provision', { ...several, target: '[' }), 'action.create-operational-atr');
    assert.equal(labelOf('akm-endpoint-details'), 'label.palette');
    assert.equal(labelOf('akm-endpoint-details', { target: '0x00E1', targetType: 'str' }), 'label.node 0xE1');
  });

  it('are called by the names of their connection', () => {
    page.configNodes.set('machine', {
      type: 'akm-connection',
      names: [
        { name: 'pump-7', id: '0xE1', atrId: '1', appValue: '200' },
        { name: 'line-3', id: '0xA3', atrId: '2', appValue: '' },
        { name: 'hall', id: '', atrId: '', appValue: '9' },
      ],
    });
    const labelWith = (type: NodeType, properties: object) =>
      labelOf(type, { connection: 'machine', atrIdType: 'num', appValueType: 'num', ...properties });
    assert.equal(labelWith('akm-send', { atrId: '1', appValue: '0xC8' }), 'label.node pump-7');
    assert.equal(labelWith('akm-send', { atrId: '1', appValue: 'pump-7' }), 'label.node pump-7');
    assert.match(labelWith('akm-send', { atrId: '2', appValue: '200' }), /^label\.node line-3 · \S+ 200$/);
    assert.match(
      labelWith('akm-send', { atrId: 'line-3', appValue: '200' }),
      /^label\.node line-3 · \S+ 200$/,
    );
    assert.equal(labelWith('akm-send', { atrIdType: 'msg', appValue: '9' }), 'label.node hall');
    assert.equal(labelOf('akm-receive', { connection: 'machine', atrId: '2' }), 'label.node line-3');
    assert.equal(labelOf('akm-receive', { connection: 'machine', atrId: 'line-3' }), 'label.node line-3');
    const target = { connection: 'machine', action: 'delete-atr', target: '0xA3', targetType: 'str' };
    assert.equal(labelOf('akm-provision', target), 'label.nodeTarget action.delete-atr line-3');
    assert.equal(
      labelOf('akm-provision', { ...target, target: 'line-3' }),
      'label.nodeTarget action.delete-atr line-3',
    );
    assert.equal(labelOf('akm-endpoint-details', { ...target, target: '0xE1' }), 'label.node pump-7');
  });

  it('take the names of their connection that stand for what is wanted, and no others', () => {
    page.configNodes.set('machine', {
      type: 'akm-connection',
      names: [
        { name: 'pump-7', id: '0xE1', atrId: '1', appValue: '200' },
        { name: 'line-3', id: '', atrId: '2', appValue: '' },
      ],
    });
    const literal = { connection: 'machine', atrIdType: 'num', appValueType: 'num' };
    assert.deepEqual(refused('akm-send', { ...literal, atrId: '1', appValue: 'pump-7' }), []);
    assert.deepEqual(refused('akm-send', { ...literal, atrId: 'line-3', appValue: 'line-3' }), [
      'appValue error.nameWithoutAppValue',
    ]);
    assert.deepEqual(refused('akm-send', { ...literal, atrId: 'line-3', appValue: 'pump-7' }), [
      'appValue error.otherAtr',
    ]);
    assert.deepEqual(refused('akm-send', { ...literal, atrId: 'line-4', appValue: '1' }), [
      'atrId error.unknownNumber 0 65535',
    ]);
    assert.deepEqual(refused('akm-receive', { connection: 'machine', atrId: 'line-3', appValue: 'pump-8' }), [
      'appValue error.unknownNumber 0 65535',
    ]);
    const target = { connection: 'machine', targetType: 'str' };
    assert.deepEqual(refused('akm-provision', { ...target, target: 'pump-7' }), []);
    assert.deepEqual(refused('akm-provision', { ...target, target: 'line-3' }), [
      'target error.nameWithoutId',
    ]);
    assert.deepEqual(refused('akm-provision', { ...target, connection: 'other', target: 'pump-7' }), [
      'target error.unknownIdentifier',
    ]);
    page.open('akm-provision', { 'node-input-target': 'pump-7', 'node-input-connection': 'machine' });
    const elsewhere = { ...target, connection: 'other', target: 'pump-7' };
    assert.deepEqual(refused('akm-provision', elsewhere), [], 'the connection was just changed in the form');
  });

  it('offer the names of the connection while one is typed, and never in place of a number', () => {
    const names = [
      { name: 'pump-7', id: '0xE1', atrId: '1', appValue: '200' },
      { name: 'Pump-8', id: '0xE2', atrId: '', appValue: '' },
      { name: '1st', id: '', atrId: '3', appValue: '' },
    ];
    for (const [type, property, typed] of [
      ['akm-provision', 'target', true],
      ['akm-send', 'atrId', true],
      ['akm-receive', 'appValue', false],
    ] as const) {
      page.open(type, { 'node-input-connection': 'machine' });
      page.configNodes.set('machine', { type: 'akm-connection', names });
      definitionOf(type).oneditprepare?.call(makeNode(type));
      const types = page.typedInputs.get(`#node-input-${property}`)?.types ?? [];
      const [literal] = types.filter((each) => typeof each !== 'string');
      const search = typed ? literal?.autoComplete?.() : page.offers.get(`#node-input-${property}`)?.search;
      assert.ok(search);
      assert.deepEqual([...search('pum')], property === 'target' ? ['pump-7', 'Pump-8'] : ['pump-7']);
      for (const nothing of ['', ' ', '1', 'pump-7']) assert.deepEqual([...search(nothing)], [], nothing);
      page.close();
    }
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
      /:label\.layouts: \S+:error\.layout GET_VERSION_RESPONSE 8 \S+:mistake\.noColon version$/,
    );
    assert.deepEqual(refused('akm-connection', { ammHost: 'tcp://amm', appHost: '' }), [
      'ammHost host.url',
      'appHost host.empty',
    ]);
    assert.deepEqual(refused('akm-simulator', { host: 'localhost:49200' }), ['host host.port']);
    for (const interval of ['-1', '2147484', '', '1.5'])
      assert.deepEqual(refused('akm-watch', { interval }), ['interval error.wholeNumber 0 2147483']);
    assert.deepEqual(refused('akm-list-atrs', { filter: '4294967296' }), [
      'filter error.wholeNumber 0 4294967295',
    ]);
    assert.deepEqual(refused('akm-provision', { target: 'E1', targetType: 'str' }), [
      'target error.unknownIdentifier',
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
    assert.deepEqual(refused('akm-receive', { atrId: '65536', appValue: '0xFFFF' }), [
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
