import fc from 'fast-check';
import assert from 'node:assert/strict';
import { compileLayout, customMessages, INFERRED_MESSAGES } from '../../src/protocol/custom-layout.js';
import { FrameDecoder } from '../../src/protocol/frame-decoder.js';
import { APP_DIALECT, HEADER_SIZE, type Dialect } from '../../src/protocol/header.js';
import { parseIdentifier } from '../../src/protocol/identifier.js';
import { parseInteger, parseU64 } from '../../src/protocol/integer.js';
import { decodeBody, decodeWholeBody, encodeFrame, type Message } from '../../src/protocol/message.js';
import { parseNotation, sizeOfNotation } from '../../src/protocol/notation.js';
import { MAX_BODY } from '../../src/protocol/sizes.js';
import { NotationError } from '../../src/protocol/notation-error.js';
import { DIALECTS, MESSAGES } from '../support/vectors.js';
import { anyFields, anyValue, layoutText, nearlyLayoutText, payloadOf, stream } from './generators.js';
import { failureOf, type FuzzProperty } from './property.js';

const CODES = MESSAGES.map(({ code }) => code);
const TOO_LARGE_OR_INVALID = ['AKM_INVALID_INPUT', 'AKM_PAYLOAD_TOO_LARGE'] as const;

/** What a decoder hands on of bytes that arrive cut at these offsets, and whether it refused the rest. */
function decodeCut(
  dialect: Dialect,
  bytes: Buffer,
  cuts: readonly number[],
): { payloads: Buffer[]; refused: boolean } {
  const payloads: Buffer[] = [];
  let refused = false;
  const decoder = new FrameDecoder(dialect, (payload) => {
    assert.ok(!refused, 'nothing is handed on once the stream was refused');
    assert.ok(payload.length <= dialect.maxPayload);
    payloads.push(Buffer.from(payload));
  });
  const offsets = [0, ...cuts, bytes.length].sort((a, b) => a - b);
  for (const [index, end] of offsets.slice(1).entries()) {
    const error = failureOf(() => decoder.push(bytes.subarray(offsets[index], end)), 'AKM_PROTOCOL');
    refused ||= error !== undefined;
  }
  return { payloads, refused };
}

const frames: FuzzProperty[] = Object.entries(DIALECTS).map(([service, dialect]) => ({
  name: `the frame decoder (${service}) gives the same however a stream is cut`,
  runs: 200,
  property: fc.property(stream(dialect, CODES), ({ bytes, cuts }) => {
    const whole = decodeCut(dialect, bytes, []);
    assert.deepEqual(decodeCut(dialect, bytes, cuts), whole);
    assert.deepEqual(decodeCut(dialect, bytes, [...bytes.keys()]), whole);
  }),
}));

/** Any bytes as this message: only what is documented can be wrong, and what is whole stays the same when it is written again. */
function requireSound(message: Message, payload: Buffer): void {
  failureOf(() => decodeBody(message, payload), 'AKM_PROTOCOL');
  let values: Record<string, unknown> | undefined;
  failureOf(() => (values = decodeWholeBody(message, payload)), 'AKM_PROTOCOL');
  if (!values) return;
  let frame: Buffer | undefined;
  // text that is no UTF-8 becomes longer by being read
  failureOf(() => (frame = encodeFrame(APP_DIALECT, message, values as never)), ...TOO_LARGE_OR_INVALID);
  if (frame) assert.deepEqual(decodeWholeBody(message, frame.subarray(HEADER_SIZE)), values);
}

const messages: FuzzProperty[] = MESSAGES.map((message) => ({
  name: `any bytes as ${message.name}`,
  runs: 60,
  property: fc.property(payloadOf(message.code), (payload) => {
    requireSound(message, payload);
    if (message.source === 'inferred') decodeBody(message, payload); // never throws
  }),
}));

const encoding: FuzzProperty[] = MESSAGES.map((message) => ({
  name: `any values for ${message.name}`,
  runs: 30,
  property: fc.property(fc.oneof(anyFields(Object.keys(message.body.fields)), anyValue), (values) => {
    failureOf(() => encodeFrame(APP_DIALECT, message, values as never), ...TOO_LARGE_OR_INVALID);
  }),
}));

const own: FuzzProperty[] = [
  {
    name: 'any bytes as an own layout',
    runs: 200,
    property: fc.property(
      layoutText,
      fc
        .constantFrom(...INFERRED_MESSAGES.values())
        .chain(({ name, code }) => fc.tuple(fc.constant(name), payloadOf(code))),
      (text, [name, payload]) => {
        let message: Message | undefined;
        failureOf(() => (message = customMessages({ [name]: text }).get(name)), 'AKM_INVALID_INPUT');
        if (!message) return;
        decodeBody(message, payload); // never throws
        requireSound(message, payload);
      },
    ),
  },
  {
    name: 'any values for an own layout',
    runs: 200,
    property: fc.property(
      layoutText.chain((text) => {
        const fields = text.matchAll(/(\w+):/g);
        return fc.tuple(fc.constant(text), anyFields([...fields].map(([, name = '']) => name)));
      }),
      ([text, values]) => {
        let message: Message | undefined;
        const [name = ''] = INFERRED_MESSAGES.keys();
        failureOf(() => (message = customMessages({ [name]: text }).get(name)), 'AKM_INVALID_INPUT');
        if (!message) return;
        const inUse = message;
        failureOf(
          () => {
            const frame = encodeFrame(APP_DIALECT, inUse, values as never);
            decodeWholeBody(inUse, frame.subarray(HEADER_SIZE));
          },
          ...TOO_LARGE_OR_INVALID,
        );
      },
    ),
  },
  {
    name: 'any text as a layout',
    runs: 500,
    property: fc.property(nearlyLayoutText, (text) => {
      try {
        const { least, most } = sizeOfNotation(parseNotation(text));
        assert.ok(least <= MAX_BODY && (most ?? least) >= least);
      } catch (error) {
        assert.ok(error instanceof NotationError, String(error));
        assert.ok(error.column >= 1 && error.column <= text.length + 1, error.message);
        assert.ok(error.message.length < 5000);
        return;
      }
      const { notation } = compileLayout(text);
      assert.equal(
        compileLayout(notation).notation,
        notation,
        'a layout means the same when it is written out',
      );
    }),
  },
  {
    name: 'anything as own layouts',
    runs: 100,
    property: fc.property(
      fc.oneof(anyFields([...INFERRED_MESSAGES.keys()].slice(0, 3)), fc.dictionary(fc.string(), anyValue)),
      (layouts) => {
        failureOf(() => customMessages(layouts), 'AKM_INVALID_INPUT');
      },
    ),
  },
];

const inputs: FuzzProperty[] = [
  {
    name: 'anything as a number or an identifier',
    runs: 300,
    property: fc.property(anyValue, (value) => {
      failureOf(() => parseInteger(value, 'it', 0xffff), 'AKM_INVALID_INPUT');
      failureOf(() => parseU64(value, 'it'), 'AKM_INVALID_INPUT');
      failureOf(() => parseIdentifier(value), 'AKM_INVALID_INPUT');
    }),
  },
];

/** What must hold for all that has to do with bytes. */
export const CODEC: readonly FuzzProperty[] = [...frames, ...messages, ...encoding, ...own, ...inputs];
