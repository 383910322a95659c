import assert from 'node:assert/strict';
import { AkmError, type AkmErrorCode } from '../../src/errors.js';
import { CAUGHT, connection, OUT, type FlowNode, type Message } from '../support/flows.js';
import { useNodeRed } from '../support/node-red-helper.js';
import { turn } from '../support/promises.js';

/** Longest error message: a line or two for a person, whatever was given. */
const LONGEST = 1500;
/** What must not reach a log: a terminal would obey it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** 100 MB, made once. */
const HUGE = 'x'.repeat(100_000_000);
const ENDPOINT = '0x000000000000000000000000C0FFEE01';
/** An endpoint that the simulator knows. */
const KNOWN = '0xE0000000000000000000000000000002';

const trap = (): never => {
  throw new Error('stepped into the trap');
};
/** Throws something that throws again when it is looked at. */
const treacherous = (): never => {
  const thrown: unknown = new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap });
  throw thrown;
};
const proxy = (step: () => never): object =>
  new Proxy(
    {},
    { get: step, has: step, ownKeys: step, getPrototypeOf: step, getOwnPropertyDescriptor: step },
  );
const circular = (): object => {
  const object: Record<string, unknown> = {};
  object['self'] = object;
  return object;
};
const nested = (levels: number): unknown => {
  let value: unknown = [];
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

/** What a flow may put into a message, whether it can be taken for a number, and for application data. */
interface Hostile {
  make: () => unknown;
  isNumber?: true;
  isIdentifier?: true;
  isData?: true;
  isBytes?: true;
  isTooLarge?: true;
}

const HOSTILE: Readonly<Record<string, Hostile>> = {
  'an object that would pollute prototypes': {
    make: () =>
      JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}') as unknown,
    isData: true,
  },
  'an object without a prototype': { make: () => Object.create(null) as unknown, isData: true },
  'an object whose getters throw': {
    make: () => ({
      get id() {
        return trap();
      },
      get length() {
        return trap();
      },
      get trap() {
        return trap();
      },
    }),
  },
  'an object whose getters throw what cannot be looked at': {
    make: () => ({
      get id() {
        return treacherous();
      },
      get trap() {
        return treacherous();
      },
    }),
  },
  'an object that cannot be turned into text or a number': {
    make: () => ({ [Symbol.toPrimitive]: trap, toString: trap, valueOf: trap, toJSON: trap }),
  },
  'an object whose error is huge': {
    make: () => ({
      toJSON: () => {
        throw new Error(HUGE);
      },
    }),
  },
  'a circular object': { make: circular },
  'text of 100 MB': { make: () => HUGE, isTooLarge: true },
  '100 MB of digits': { make: () => '9'.repeat(100_000_000), isTooLarge: true },
  '100 MB of white space': { make: () => ' '.repeat(100_000_000), isTooLarge: true },
  'an array of text of 100 MB': { make: () => [HUGE], isTooLarge: true },
  'a Buffer of 100 MB': { make: () => Buffer.alloc(100_000_000), isTooLarge: true },
  'a bigint': { make: () => 1n, isNumber: true, isIdentifier: true },
  'a bigint of a million bits': { make: () => 1n << 1_000_000n },
  'a negative bigint': { make: () => -1n },
  NaN: { make: () => NaN },
  Infinity: { make: () => Infinity },
  'a fraction': { make: () => 1.5, isData: true },
  'a Date': { make: () => new Date(0), isData: true },
  'a Date that is none': { make: () => new Date(NaN) },
  'a boxed number': { make: () => Object(1) as unknown, isData: true },
  'a boxed bigint': { make: () => Object(1n) as unknown },
  'a Uint8Array': { make: () => new Uint8Array(16), isData: true, isBytes: true },
  'a Float64Array': { make: () => new Float64Array(2), isData: true, isBytes: true },
  'an ArrayBuffer': { make: () => new ArrayBuffer(16), isData: true, isBytes: true },
  'an object that looks like a Buffer': { make: () => Object.create(Buffer.prototype as object) as unknown },
  'a Map': { make: () => new Map([['id', ENDPOINT]]) },
  'a Set': { make: () => new Set([ENDPOINT]) },
  'a function': { make: () => trap },
  'a symbol': { make: () => Symbol('secret') },
  'a promise that never comes': { make: () => new Promise(() => undefined) },
  'an object that claims to be a promise': { make: () => ({ then: () => undefined }), isData: true },
  'a hundred thousand nested arrays': { make: () => nested(100_000) },
  'an array full of holes': { make: () => Object.assign([], { length: 5000 }), isTooLarge: true },
  'a Proxy that throws': { make: () => proxy(trap) },
  'a Proxy that throws what cannot be looked at': { make: () => proxy(treacherous) },
  'a revoked Proxy': {
    make: () => {
      const { proxy: revoked, revoke } = Proxy.revocable({}, {});
      revoke();
      return revoked;
    },
  },
  undefined: { make: () => undefined },
  null: { make: () => null, isData: true },
  'text that begins with a zero byte': { make: () => '\0secret', isData: true },
  'text that forges a line of a log': {
    make: () => '1\n\x1b[2K[error] forged\r\u202e\u2028',
    isData: true,
  },
  'half of a surrogate pair': { make: () => '\ud800', isData: true },
};

/** Where a message's value goes. */
interface Place {
  node: FlowNode;
  /** A message with the value in its place. */
  message: (value: unknown) => Message;
  /** What the value must be, if it is to be of use: `unread` where it does not matter, `other` where no hostile value is of use. */
  wanted: 'number' | 'identifier' | 'member' | 'data' | 'bytes' | 'unread' | 'other' | 'field';
  /** A value that is of use. */
  good: unknown;
}

const inPayload = (payload: unknown): Message => ({ payload });
const inValue = (value: unknown): Message => ({ payload: 'good', value });
const numbers = { atrId: '1', atrIdType: 'num', appValue: '100', appValueType: 'num' };
const message = (property: string) => ({ [property]: 'value', [`${property}Type`]: 'msg' });

/** A layout with all there is, and for each of its fields a value that fits. */
const LAYOUT =
  'role:u16 wide:u64 key:bytes[4] name:text[8] ids:id128[2] n:u8 group:{ a:u8 }[n] id:id128 rest:u8[]';
const FIELDS = {
  role: 1,
  wide: 1,
  key: Buffer.alloc(4),
  name: 'pump',
  ids: [ENDPOINT, ENDPOINT],
  n: undefined,
  group: [{ a: 1 }],
  id: ENDPOINT,
  rest: [1],
};
const inField = ([field, good]: [string, unknown]): [string, Place] => [
  `the field ${field} of an own layout`,
  {
    node: { id: 'node', type: 'akm-endpoint-details' },
    message: (value) => ({ payload: { ...FIELDS, [field]: value } }),
    wanted: 'field',
    good,
  },
];

const PLACES: Readonly<Record<string, Place>> = {
  'the filter of akm-list-endpoints': {
    node: { id: 'node', type: 'akm-list-endpoints', ...message('filter') },
    message: inValue,
    wanted: 'number',
    good: 1,
  },
  'the filter of akm-list-atrs': {
    node: { id: 'node', type: 'akm-list-atrs', ...message('filter') },
    message: inValue,
    wanted: 'number',
    good: 1,
  },
  'the target of akm-endpoint-details': {
    node: { id: 'node', type: 'akm-endpoint-details' },
    message: inPayload,
    wanted: 'identifier',
    good: ENDPOINT,
  },
  'the target of akm-provision': {
    node: { id: 'node', type: 'akm-provision' },
    message: inPayload,
    wanted: 'identifier',
    good: ENDPOINT,
  },
  'the targets of akm-provision': {
    node: { id: 'node', type: 'akm-provision', action: 'create-operational-atr' },
    message: inPayload,
    wanted: 'other',
    good: [KNOWN],
  },
  'one of the targets of akm-provision': {
    node: { id: 'node', type: 'akm-provision', action: 'create-operational-atr' },
    message: (value) => ({ payload: [KNOWN, value] }),
    wanted: 'member',
    good: '0xE0000000000000000000000000000001',
  },
  'the action of akm-provision': {
    node: { id: 'node', type: 'akm-provision', action: 'msg' },
    message: (action) => ({ payload: ENDPOINT, action }),
    wanted: 'other',
    good: 'provision-endpoint',
  },
  'the ATR ID of akm-register': {
    node: { id: 'node', type: 'akm-register', auto: false, ...numbers, ...message('atrId') },
    message: inValue,
    wanted: 'number',
    good: 1,
  },
  'the App Value of akm-register': {
    node: { id: 'node', type: 'akm-register', auto: false, ...numbers, ...message('appValue') },
    message: inValue,
    wanted: 'number',
    good: 1,
  },
  'the payload of akm-send': {
    node: { id: 'node', type: 'akm-send', ...numbers },
    message: inPayload,
    wanted: 'data',
    good: 'text',
  },
  'the ATR ID of akm-send': {
    node: { id: 'node', type: 'akm-send', ...numbers, atrId: 'atrId', atrIdType: 'msg' },
    message: (atrId) => ({ payload: 'good', atrId }),
    wanted: 'number',
    good: 1,
  },
  'the App Value of akm-send': {
    node: { id: 'node', type: 'akm-send', ...numbers, appValue: 'appValue', appValueType: 'msg' },
    message: (appValue) => ({ payload: 'good', appValue }),
    wanted: 'number',
    good: 1,
  },
  'the payload of akm-app-info, which does not look at it': {
    node: { id: 'node', type: 'akm-app-info' },
    message: inPayload,
    wanted: 'unread',
    good: '',
  },
  'the payload of akm-events, which does not look at it': {
    node: { id: 'node', type: 'akm-events', wires: [[], [OUT]] },
    message: inPayload,
    wanted: 'unread',
    good: '',
  },
  'the payload of akm-request': {
    node: { id: 'node', type: 'akm-request', service: 'app', code: '3' },
    message: inPayload,
    wanted: 'bytes',
    good: Buffer.alloc(0),
  },
  'the code of akm-request': {
    node: { id: 'node', type: 'akm-request', service: 'app', code: 'value', codeType: 'msg' },
    message: (value) => ({ payload: Buffer.alloc(0), value }),
    wanted: 'number',
    good: 1,
  },
  ...Object.fromEntries(Object.entries(FIELDS).map(inField)),
};

/** How a message may end: well, or with an error of one of these codes. */
function allowed({ wanted }: Place, hostile: Hostile): readonly (AkmErrorCode | 'success')[] {
  switch (wanted) {
    case 'unread':
      return ['success'];
    case 'number':
      return [hostile.isNumber ? 'success' : 'AKM_INVALID_INPUT'];
    case 'identifier':
      return [hostile.isIdentifier ? 'success' : 'AKM_INVALID_INPUT'];
    case 'member': // the simulator knows no endpoint 1
      return [hostile.isIdentifier ? 'AKM_REJECTED' : 'AKM_INVALID_INPUT'];
    case 'data':
      if (hostile.isTooLarge) return ['AKM_PAYLOAD_TOO_LARGE'];
      return [hostile.isData ? 'success' : 'AKM_INVALID_INPUT'];
    case 'bytes':
      return hostile.isBytes ? ['success'] : ['AKM_INVALID_INPUT', 'AKM_PAYLOAD_TOO_LARGE'];
    case 'other':
      return ['AKM_INVALID_INPUT', 'AKM_PAYLOAD_TOO_LARGE'];
    case 'field':
      return ['AKM_INVALID_INPUT', 'AKM_PAYLOAD_TOO_LARGE', 'success'];
  }
}

const prototypes = [Object, Array, Function, Error, Buffer].map((type): object => type.prototype as object);
const surface = (): string[][] => prototypes.map((prototype) => Reflect.ownKeys(prototype).map(String));

describe('a hostile value', () => {
  const { nodeRed, bench } = useNodeRed();

  /** Hands a node a message; its error, if any. Catch nodes cannot copy every message: those that can be copied are taken here. */
  const outcome = async (msg: unknown): Promise<AkmError | undefined> => {
    const error = await nodeRed.input('node', msg as Message);
    await turn();
    while (nodeRed.size(CAUGHT) > 0) await nodeRed.caught(error?.code ?? 'AKM_INVALID_INPUT');
    return error;
  };

  const start = async (node: FlowNode, settings = {}): Promise<void> => {
    const register = { id: 'register', type: 'akm-register', auto: false };
    await nodeRed.start(connection(await bench.simulator(), settings), register, node);
    await nodeRed.success('register');
  };

  for (const [where, place] of Object.entries(PLACES)) {
    it(`is an error or what it should be, as ${where}`, async () => {
      await start(
        place.node,
        place.wanted === 'field' ? { layouts: { GET_ENDPOINT_DETAILS_REQUEST: LAYOUT } } : {},
      );
      const before = surface();
      for (const [what, hostile] of Object.entries(HOSTILE)) {
        const error = await outcome(place.message(hostile.make()));
        const ending = error ? error.code : 'success';
        const told = `${what}: ${ending} ${error?.message.slice(0, LONGEST) ?? ''}`;
        assert.ok(allowed(place, hostile).includes(ending), told);
        if (error) assert.ok(error instanceof AkmError && error.message.length < LONGEST, told);
        else await nodeRed.output();
        assert.equal(nodeRed.size(OUT), 0, told);
        const lines = [error?.message ?? '', ...nodeRed.log.splice(0).map(({ msg }) => String(msg))];
        for (const line of lines) {
          assert.ok(line.length < LONGEST + 200, told);
          assert.doesNotMatch(line, UNPRINTABLE, told);
        }
      }
      assert.deepEqual(surface(), before);
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
      assert.equal(await outcome(place.message(place.good)), undefined, 'a good one works after all these');
    });
  }

  const whole = Object.entries(PLACES).filter(([where]) => /payload|filter|targets|App Value of/.test(where));
  for (const [where, { node, message, good }] of whole) {
    it(`is an error where it is the whole message, with ${where}`, async () => {
      await start(node);
      const unwritable = { set: () => false, defineProperty: () => false };
      const messages: unknown[] = [
        Object.freeze({ _msgid: 'frozen', ...message(good) }),
        Object.defineProperty(message(good), 'akm', { set: trap, get: trap, configurable: false }),
        new Proxy({ _msgid: 'proxy', ...message(good) }, unwritable),
        new Proxy({ _msgid: 'trap', ...message(good) }, { set: trap, defineProperty: trap }),
        'text instead of a message',
        7,
      ];
      for (const msg of messages) {
        const error = await outcome(msg);
        assert.equal(error?.code, 'AKM_INVALID_INPUT', `${typeof msg} ${String(error?.message)}`);
        assert.equal(nodeRed.size(OUT), 0);
      }
      assert.equal(await outcome(message(good)), undefined, 'a good one works after all these');
    });
  }

  it('is refused before anything is sent, where it is a frozen message', async () => {
    await start({ id: 'node', type: 'akm-provision' });
    const error = await outcome(Object.freeze({ _msgid: 'frozen', payload: ENDPOINT }));
    assert.match(
      String(error?.message),
      /^The message is frozen; an object that can be written to is needed/,
    );
    await nodeRed.success('node', { payload: ENDPOINT }); // would be refused if the endpoint were there already
  });
});
