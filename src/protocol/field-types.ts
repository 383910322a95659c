import { AkmError } from '../errors.js';
import {
  halvesOf,
  identifierOf,
  parseIdentifier,
  type Identifier,
  type IdentifierInput,
} from './identifier.js';
import { parseInteger, U16_MAX, U32_MAX, U8_MAX } from './integer.js';

/** A place in the bytes of one body. Nothing outside `[offset, end)` is ever read. */
export class Reader {
  /** Set once a field wanted bytes that are not there; what follows cannot be read either. */
  short = false;

  constructor(
    readonly bytes: Buffer,
    public offset: number,
    readonly end: number,
  ) {}

  /** Moves behind the next `size` bytes and returns the offset of the first, or -1 where they are not all there. */
  take(size: number): number {
    const start = this.offset;
    if (size > this.end - start) {
      this.short = true;
      return -1;
    }
    this.offset = start + size;
    return start;
  }

  /** Everything up to the end of the body, as a view. */
  takeRest(): Buffer {
    const start = this.offset;
    this.offset = this.end;
    return this.bytes.subarray(start, this.end);
  }
}

/**
 * What one field holds on the wire. `V` is what decoding gives, `In` what encoding accepts.
 * All integers are little-endian.
 */
export interface FieldType<V, In = V> {
  /** How the type is written in documentation, e.g. `u16`. */
  readonly notation: string;
  /** Bytes every value takes; undefined where it depends on the value. */
  readonly size: number | undefined;
  /**
   * Bytes that `value` takes.
   * @throws AkmError `AKM_INVALID_INPUT` or `AKM_PAYLOAD_TOO_LARGE` where it does not fit at all
   */
  sizeOf(value: In, name: string): number;
  /**
   * Writes `value` into zeroed bytes at `offset` and returns the offset behind it.
   * @throws AkmError `AKM_INVALID_INPUT` naming the field
   */
  write(target: Buffer, offset: number, value: In, name: string): number;
  /**
   * Reads one value. Where bytes are missing it returns what is there of it, or undefined, and sets `from.short`.
   *
   * @param before the fields of the same body that were read already
   * @throws AkmError `AKM_PROTOCOL` where the bytes contradict themselves
   */
  read(from: Reader, before: Readonly<Record<string, unknown>>): V | undefined;
}

function unsigned(
  notation: string,
  size: 1 | 2 | 4,
  max: number,
): FieldType<number, number | string | bigint> {
  return {
    notation,
    size,
    sizeOf: () => size,
    write: (target, offset, value, name) => target.writeUIntLE(parseInteger(value, name, max), offset, size),
    read(from) {
      const at = from.take(size);
      return at < 0 ? undefined : from.bytes.readUIntLE(at, size);
    },
  };
}

/** Unsigned 8-bit integer, 0 to 255. */
export const u8 = unsigned('u8', 1, U8_MAX);
/** Unsigned 16-bit integer, 0 to 65535. */
export const u16 = unsigned('u16', 2, U16_MAX);
/** Unsigned 32-bit integer, 0 to 4294967295. */
export const u32 = unsigned('u32', 4, U32_MAX);

/** 128-bit identifier, 16 bytes: U64 lower64, then U64 upper64. */
export const id128: FieldType<Identifier, IdentifierInput> = {
  notation: 'id128',
  size: 16,
  sizeOf: () => 16,
  write(target, offset, value, name) {
    const { lower64, upper64 } = halvesOf(parseIdentifier(value, name));
    target.writeBigUInt64LE(lower64, offset);
    return target.writeBigUInt64LE(upper64, offset + 8);
  },
  read(from) {
    const at = from.take(16);
    return at < 0
      ? undefined
      : identifierOf(from.bytes.readBigUInt64LE(at), from.bytes.readBigUInt64LE(at + 8));
  },
};

/** All bytes to the end of the body. What is read is a view: copy it to keep it. */
export const bytes: FieldType<Buffer> = {
  notation: 'bytes',
  size: undefined,
  sizeOf: (value) => value.length,
  write: (target, offset, value) => offset + value.copy(target, offset),
  read: (from) => from.takeRest(),
};

/** UTF-8 text up to a zero byte, or to the end of the body where there is none. Written with its zero byte. */
export const text: FieldType<string> = {
  notation: 'text',
  size: undefined,
  sizeOf: (value) => Buffer.byteLength(value) + 1,
  write: (target, offset, value) => offset + target.write(value, offset) + 1,
  read(from) {
    const rest = from.takeRest();
    const zero = rest.indexOf(0);
    return rest.toString('utf8', 0, zero < 0 ? rest.length : zero);
  },
};

/**
 * Data in a buffer of `capacity` bytes, padded with zeros, and behind it a U32 with the number of bytes that are data. A
 * string is written as UTF-8. What is read is a view of the data alone: copy it to keep it.
 */
export function sizedBuffer(capacity: number): FieldType<Buffer, Buffer | string> {
  const size = capacity + 4;
  return {
    notation: `bytes[${capacity}] u32`,
    size,
    sizeOf(value) {
      const length = Buffer.byteLength(value);
      if (length > capacity) {
        throw new AkmError(
          'AKM_PAYLOAD_TOO_LARGE',
          `The data has ${length} bytes; one message carries at most ${capacity}`,
        );
      }
      return size;
    },
    write(target, offset, value) {
      const length = typeof value === 'string' ? target.write(value, offset) : value.copy(target, offset);
      return target.writeUInt32LE(length, offset + capacity);
    },
    read(from) {
      const at = from.take(size);
      if (at < 0) return undefined;
      const length = from.bytes.readUInt32LE(at + capacity);
      if (length > capacity) {
        throw new AkmError(
          'AKM_PROTOCOL',
          `A message says that ${length} bytes of its buffer are data; the buffer has ${capacity}`,
        );
      }
      return from.bytes.subarray(at, at + length);
    },
  };
}

/** An entry of a {@link list} or {@link table}: its size may not depend on its value. */
type EntryType<V, In> = FieldType<V, In> & { readonly size: number };

/** As many entries as the earlier field `countField` says. */
export function list<V, In>(entry: FieldType<V, In>, countField: string): FieldType<V[], readonly In[]> {
  const { size } = requireFixedSize(entry);
  return {
    notation: `{${entry.notation}}[${countField}]`,
    size: undefined,
    sizeOf: (values) => values.length * size,
    write: (target, offset, values, name) => writeEntries(entry, target, offset, values, name),
    read: (from, before) => readEntries(entry, from, Number(before[countField])),
  };
}

/**
 * An array that is always sent whole, `capacity` entries of which the first `countField` mean anything and the rest are
 * zero. A body cut behind its last used entry is understood too; a count above the capacity yields the entries that exist.
 */
export function table<V, In>(
  entry: FieldType<V, In>,
  countField: string,
  capacity: number,
): FieldType<V[], readonly In[]> {
  const size = requireFixedSize(entry).size * capacity;
  return {
    notation: `{${entry.notation}}[${capacity}]`,
    size,
    sizeOf(values, name) {
      if (values.length > capacity) {
        throw new AkmError(
          'AKM_INVALID_INPUT',
          `${name} has ${values.length} entries; at most ${capacity} are allowed`,
        );
      }
      return size;
    },
    write(target, offset, values, name) {
      writeEntries(entry, target, offset, values, name);
      return offset + size;
    },
    read(from, before) {
      const behind = from.offset + size;
      const values = readEntries(entry, from, Math.min(Number(before[countField]), capacity));
      if (!from.short) from.offset = Math.min(behind, from.end);
      return values;
    },
  };
}

function requireFixedSize<V, In>(entry: FieldType<V, In>): EntryType<V, In> {
  if (entry.size === undefined)
    throw new TypeError(`Entries of varying size (${entry.notation}) cannot be repeated`);
  return entry as EntryType<V, In>;
}

function writeEntries<V, In>(
  entry: FieldType<V, In>,
  target: Buffer,
  offset: number,
  values: readonly In[],
  name: string,
): number {
  return values.reduce((at, value, index) => entry.write(target, at, value, `${name}[${index}]`), offset);
}

function readEntries<V, In>(entry: FieldType<V, In>, from: Reader, count: number): V[] {
  const values: V[] = [];
  while (values.length < count) {
    const value = entry.read(from, {});
    if (value === undefined) break; // a count is only a claim: the bytes decide
    values.push(value);
  }
  return values;
}
