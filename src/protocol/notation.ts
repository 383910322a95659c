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

/** Integers and identifiers: what can be repeated without braces. */
export type ScalarKind = 'u8' | 'u16' | 'u32' | 'u64' | 'id128';

/** How often something is repeated. */
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

/** A mistake in a layout, and where it is. */
export class NotationError extends Error {
  override readonly name = 'NotationError';

  /** @param column of the mistake, from 1 */
  constructor(
    readonly column: number,
    readonly problem: string,
  ) {
    super(`column ${column}: ${problem}`);
  }
}

/** Bytes of each scalar. */
const SCALAR_SIZES: Readonly<Record<ScalarKind, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, id128: 16 };

/** Longest body that a message can have: 4084 bytes of payload less its code. */
export const MAX_BODY = 4080;
/** Longest text of a layout. */
const MAX_TEXT = 4000;
/** How deep groups can be nested. */
const MAX_DEPTH = 4;

const KNOWN_TYPES = 'u8, u16, u32, u64, id128, bytes, text, pad[N] and { groups }';

/**
 * Reads a layout.
 * @throws NotationError
 */
export function parseNotation(text: string): NotationField[] {
  if (text.length > MAX_TEXT)
    throw new NotationError(MAX_TEXT + 1, `a layout has at most ${MAX_TEXT} characters`);
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
    if (this.at < this.text.length) this.fail('a field is expected here: name:type');
    if (fields.length === 0) this.fail('a layout has at least one field');
    if (sizeOfNotation(fields).least > MAX_BODY) this.fail(`a message body has at most ${MAX_BODY} bytes`, 0);
    return fields;
  }

  /** Fields up to a closing brace or the end of the text. */
  private fields(depth: number): NotationField[] {
    const fields: NotationField[] = [];
    let last: NotationField | undefined;
    while (this.atField()) {
      const start = this.at;
      if (last && reachesEnd(last)) this.fail(`nothing can follow ${last.name}, which goes to the end`);
      last = this.field(fields, depth);
      if (last.name !== '' && fields.some(({ name }) => name === last?.name)) {
        this.fail(`there is a field ${last.name} already`, start);
      }
      if (depth > 0 && reachesEnd(last)) this.fail('only the last field of all can go to the end', start);
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
    if (word === '') this.fail('a field is expected here: name:type');
    if (word === 'pad' && this.text[this.at] === '[')
      return { name: '', kind: 'pad', size: this.requiredSize('pad') };
    if (word.startsWith('__')) this.fail('a name cannot begin with two underscores', start);
    if (/^\d/.test(word)) this.fail('a name cannot begin with a digit', start);
    this.skipSpace();
    if (this.text[this.at] !== ':') this.fail(`a colon and a type are expected behind ${word}`);
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
        return this.fail(
          `${kind === '' ? 'no type' : `unknown type ${kind}`}; the types are ${KNOWN_TYPES}`,
          start,
        );
    }
  }

  private group(name: string, before: readonly NotationField[], depth: number): NotationField {
    const start = this.at;
    if (depth >= MAX_DEPTH) this.fail(`groups can be nested ${MAX_DEPTH} deep`);
    this.at += 1;
    const fields = this.fields(depth + 1);
    if (this.text[this.at] !== '}') this.fail('a closing brace } is expected');
    this.at += 1;
    if (sizeOfNotation(fields).least === 0) this.fail('a group has at least one byte', start);
    const repeat = this.repeat(before);
    if (repeat === undefined) this.fail('how often? [N], [earlier field] or [] is expected behind a group');
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
    if (!counts) this.fail(`${word} is no earlier field of type u8, u16 or u32`, start);
    return { field: word };
  }

  private requiredSize(kind: string): number {
    if (this.text[this.at] !== '[') this.fail(`a size is expected: ${kind}[N]`);
    this.at += 1;
    this.skipSpace();
    const start = this.at;
    const size = this.size(this.word(), start);
    this.closeBracket();
    return size;
  }

  private size(word: string, start: number): number {
    const size = /^\d+$/.test(word) ? Number(word) : 0;
    if (size < 1 || size > MAX_BODY) this.fail(`a whole number from 1 to ${MAX_BODY} is expected`, start);
    return size;
  }

  private closeBracket(): void {
    this.skipSpace();
    if (this.text[this.at] !== ']') this.fail('a closing bracket ] is expected');
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

  private fail(problem: string, at = this.at): never {
    throw new NotationError(at + 1, problem);
  }
}

function reachesEnd(field: NotationField): boolean {
  if (field.kind === 'bytes' || field.kind === 'text') return field.size === undefined;
  return 'repeat' in field && field.repeat === 'end';
}
