/**
 * The notation in which an integrator writes down the layout of a message: its fields one after another, `name:type`, separated by
 * white space or commas. Pure text in, a tree out: it runs in the editor as well as in the runtime.
 *
 * | type | meaning |
 * |---|---|
 * | `u8` `u16` `u32` `u64` | unsigned integers, little-endian |
 * | `id128` | a 128-bit identifier |
 * | `bytes[N]` | N bytes |
 * | `text[N]` | UTF-8 in N bytes, padded with zeros |
 * | `bytes`, `text` | everything to the end: the last field only |
 * | `pad[N]` | N zero bytes; needs no name |
 * | `TYPE[N]`, `TYPE[field]`, `TYPE[]` | a repeated integer, identifier or `{ group }`: N times, as often as an earlier field says, or to the end |
 */

import { NotationError, type NotationProblem } from './notation-error.js';
import { MAX_BODY } from './sizes.js';

/** Integers and identifiers: what can be repeated without braces. */
export type ScalarKind = 'u8' | 'u16' | 'u32' | 'u64' | 'id128';

/** How often something is repeated: so many times, as the earlier field of that name says, or to the end of the body. */
export type Repeat = { times: number } | { field: string } | 'end';

/** One field of a layout. */
export type NotationField = {
  /** Empty for padding without a name. */
  name: string;
} & (
  | { kind: ScalarKind; repeat?: Repeat }
  | { kind: 'group'; fields: NotationField[]; repeat: Repeat }
  | { kind: 'bytes' | 'text'; size?: number }
  | { kind: 'pad'; size: number }
);

/** Bytes of each scalar. */
const SCALAR_SIZES: Readonly<Record<ScalarKind, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, id128: 16 };

/** Longest text of a layout. */
const MAX_TEXT = 4000;
/**
 * Names that no field can have. Node-RED's own nodes call `value.toString()` or `value.hasOwnProperty(name)` on what a message holds, and fail
 * where a decoded field has taken that place.
 */
const RESERVED_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
/** How deep groups can be nested. */
const MAX_DEPTH = 4;

/** As they are written, in every language. */
const KNOWN_TYPES = 'u8, u16, u32, u64, id128, bytes, text, pad[N], { … }[N]';

/**
 * Reads a layout.
 * @throws NotationError
 */
export function parseNotation(text: string): NotationField[] {
  if (text.length > MAX_TEXT) throw new NotationError(MAX_TEXT + 1, 'tooLong', { max: MAX_TEXT });
  const parser = new Parser(text);
  return parser.layout();
}

/** Bytes a body of this layout takes. `most` is undefined where that depends on the values. */
export function sizeOfNotation(fields: readonly NotationField[]): {
  least: number;
  most: number | undefined;
} {
  let least = 0;
  let most: number | undefined = 0;
  for (const field of fields) {
    const size = sizeOfField(field);
    least += size.least;
    most = most === undefined || size.most === undefined ? undefined : most + size.most;
  }
  return { least, most };
}

function sizeOfField(field: NotationField): { least: number; most: number | undefined } {
  switch (field.kind) {
    case 'pad':
      return { least: field.size, most: field.size };
    case 'bytes':
    case 'text':
      return { least: field.size ?? 0, most: field.size };
    case 'group':
      return repeated(sizeOfNotation(field.fields), field.repeat);
    default: {
      const size = SCALAR_SIZES[field.kind];
      return field.repeat ? repeated({ least: size, most: size }, field.repeat) : { least: size, most: size };
    }
  }
}

function repeated(
  one: { least: number; most: number | undefined },
  repeat: Repeat,
): { least: number; most: number | undefined } {
  if (repeat === 'end' || 'field' in repeat) return { least: 0, most: undefined };
  return {
    least: one.least * repeat.times,
    most: one.most === undefined ? undefined : one.most * repeat.times,
  };
}

class Parser {
  private at = 0;

  constructor(private readonly text: string) {}

  layout(): NotationField[] {
    const fields = this.fields(0);
    if (this.at < this.text.length) this.fail('noField');
    if (fields.length === 0) this.fail('empty');
    if (sizeOfNotation(fields).least > MAX_BODY) this.fail('bodyTooLong', { max: MAX_BODY }, 0);
    return fields;
  }

  /** Fields up to a closing brace or the end of the text. */
  private fields(depth: number): NotationField[] {
    const fields: NotationField[] = [];
    let last: NotationField | undefined;
    while (this.atField()) {
      const start = this.at;
      if (last && reachesEnd(last)) this.fail('behindEnd', { field: last.name });
      last = this.field(fields, depth);
      if (last.name !== '' && fields.some(({ name }) => name === last?.name)) {
        this.fail('sameName', { field: last.name }, start);
      }
      if (depth > 0 && reachesEnd(last)) this.fail('endInGroup', {}, start);
      fields.push(last);
    }
    return fields;
  }

  /** Whether anything but the end of this layout or group follows. */
  private atField(): boolean {
    this.skipSpace();
    return this.at < this.text.length && this.text[this.at] !== '}';
  }

  private field(before: readonly NotationField[], depth: number): NotationField {
    const start = this.at;
    const word = this.word();
    if (word === '') this.fail('noField');
    if (word === 'pad' && this.text[this.at] === '[')
      return { name: '', kind: 'pad', size: this.requiredSize('pad') };
    if (word.startsWith('__')) this.fail('underscores', {}, start);
    if (/^\d/.test(word)) this.fail('digit', {}, start);
    if (RESERVED_NAMES.has(word)) this.fail('reservedName', { field: word }, start);
    this.skipSpace();
    if (this.text[this.at] !== ':') this.fail('noColon', { field: word });
    this.at += 1;
    this.skipSpace();
    return this.type(word, before, depth);
  }

  private type(name: string, before: readonly NotationField[], depth: number): NotationField {
    const start = this.at;
    if (this.text[this.at] === '{') return this.group(name, before, depth);
    const kind = this.word();
    switch (kind) {
      case 'u8':
      case 'u16':
      case 'u32':
      case 'u64':
      case 'id128': {
        const repeat = this.repeat(before);
        return repeat === undefined ? { name, kind } : { name, kind, repeat };
      }
      case 'bytes':
      case 'text': {
        const size = this.text[this.at] === '[' ? this.requiredSize(kind) : undefined;
        return size === undefined ? { name, kind } : { name, kind, size };
      }
      case 'pad':
        return { name, kind, size: this.requiredSize(kind) };
      default:
        return kind === ''
          ? this.fail('noType', { types: KNOWN_TYPES }, start)
          : this.fail('unknownType', { type: kind, types: KNOWN_TYPES }, start);
    }
  }

  private group(name: string, before: readonly NotationField[], depth: number): NotationField {
    const start = this.at;
    if (depth >= MAX_DEPTH) this.fail('tooDeep', { max: MAX_DEPTH });
    this.at += 1;
    const fields = this.fields(depth + 1);
    if (this.text[this.at] !== '}') this.fail('noBrace');
    this.at += 1;
    if (sizeOfNotation(fields).least === 0) this.fail('emptyGroup', {}, start);
    const repeat = this.repeat(before);
    if (repeat === undefined) this.fail('howOften');
    return { name, kind: 'group', fields, repeat };
  }

  /** `[N]`, `[field]` or `[]`, or undefined where there is none. */
  private repeat(before: readonly NotationField[]): Repeat | undefined {
    if (this.text[this.at] !== '[') return undefined;
    this.at += 1;
    this.skipSpace();
    const start = this.at;
    const word = this.word();
    this.closeBracket();
    if (word === '') return 'end';
    if (/^\d/.test(word)) return { times: this.size(word, start) };
    const counter = before.find((field) => field.name === word);
    const counts = counter && ['u8', 'u16', 'u32'].includes(counter.kind) && !('repeat' in counter);
    if (!counts) this.fail('noCounter', { field: word }, start);
    return { field: word };
  }

  private requiredSize(kind: string): number {
    if (this.text[this.at] !== '[') this.fail('noSize', { type: kind });
    this.at += 1;
    this.skipSpace();
    const start = this.at;
    const size = this.size(this.word(), start);
    this.closeBracket();
    return size;
  }

  private size(word: string, start: number): number {
    const size = /^\d+$/.test(word) ? Number(word) : 0;
    if (size < 1 || size > MAX_BODY) this.fail('badSize', { max: MAX_BODY }, start);
    return size;
  }

  private closeBracket(): void {
    this.skipSpace();
    if (this.text[this.at] !== ']') this.fail('noBracket');
    this.at += 1;
  }

  private word(): string {
    const start = this.at;
    while (/\w/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text.slice(start, this.at);
  }

  private skipSpace(): void {
    while (/[\s,]/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private fail(code: NotationProblem, values: NotationError['values'] = {}, at = this.at): never {
    throw new NotationError(at + 1, code, values);
  }
}

function reachesEnd(field: NotationField): boolean {
  if (field.kind === 'bytes' || field.kind === 'text') return field.size === undefined;
  return 'repeat' in field && field.repeat === 'end';
}
