import { AkmError, kindOf } from '../errors.js';
import { bytesOf, copyInto, lengthOf, type Bytes } from './bytes.js';
import {
  halvesOf,
  identifierAt,
  parseIdentifier,
  type Identifier,
  type IdentifierInput,
} from './identifier.js';
import { hexDigits64At, parseInteger, parseU64, U16_MAX, U32_MAX, U8_MAX } from './integer.js';

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
   * @throws AkmError `AKM_INVALID_INPUT` where that depends on the value, and it cannot be used
   */
  sizeOf(value: In, name: string): number;
  /**
   * Writes `value` into zeroed bytes at `offset` and returns the offset behind it.
   * @throws AkmError `AKM_INVALID_INPUT` or `AKM_PAYLOAD_TOO_LARGE` where it cannot be used, naming the field
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
    return at < 0 ? undefined : identifierAt(from.bytes, at);
  },
};

/** Unsigned 64-bit integer. Decoded to `0x` and 16 hexadecimal digits: neither a number nor JSON can hold it. */
export const u64: FieldType<string, number | string | bigint> = {
  notation: 'u64',
  size: 8,
  sizeOf: () => 8,
  write: (target, offset, value, name) => target.writeBigUInt64LE(parseU64(value, name), offset),
  read(from) {
    const at = from.take(8);
    return at < 0 ? undefined : `0x${hexDigits64At(from.bytes, at)}`;
  },
};

/** All bytes to the end of the body. What is read is a view: copy it to keep it. */
export const bytes: FieldType<Buffer, Uint8Array> = {
  notation: 'bytes',
  size: undefined,
  sizeOf: (value, name) => lengthOf(requireBytes(value, name)),
  write: (target, offset, value, name) => offset + copyInto(target, offset, requireBytes(value, name)),
  read: (from) => from.takeRest(),
};

/** Exactly `size` bytes; fewer are filled up with zeros. What is read is a view: copy it to keep it. */
export function fixedBytes(size: number): FieldType<Buffer, Uint8Array> {
  return {
    notation: `bytes[${size}]`,
    size,
    sizeOf: () => size,
    write(target, offset, value, name) {
      const given = requireBytes(value, name);
      requireFit(lengthOf(given), size, name);
      copyInto(target, offset, given);
      return offset + size;
    },
    read(from) {
      const at = from.take(size);
      return at < 0 ? undefined : from.bytes.subarray(at, at + size);
    },
  };
}

/** UTF-8 text to the end of the body, or to a zero byte. Written without a zero byte. */
export const text: FieldType<string> = {
  notation: 'text',
  size: undefined,
  sizeOf: (value, name) => Buffer.byteLength(requireText(value, name)),
  write: (target, offset, value) => offset + target.write(value, offset),
  read: (from) => untilZero(from.takeRest()),
};

/** As {@link text}, and written with a zero byte behind it. */
export const zeroTerminatedText: FieldType<string> = {
  ...text,
  sizeOf: (value, name) => text.sizeOf(value, name) + 1,
  write: (target, offset, value, name) => text.write(target, offset, value, name) + 1,
};

/** UTF-8 text in `size` bytes, padded with zeros. */
export function fixedText(size: number): FieldType<string> {
  return {
    notation: `text[${size}]`,
    size,
    sizeOf: () => size,
    write(target, offset, value, name) {
      requireFit(Buffer.byteLength(requireText(value, name)), size, name);
      target.write(value, offset);
      return offset + size;
    },
    read(from) {
      const at = from.take(size);
      return at < 0 ? undefined : untilZero(from.bytes.subarray(at, at + size));
    },
  };
}

/** `size` zero bytes, which hold no value: what they are is not looked at. */
export function padding(size: number): FieldType<undefined> {
  return {
    notation: `pad[${size}]`,
    size,
    sizeOf: () => size,
    write: (_target, offset) => offset + size,
    read(from) {
      from.take(size);
      return undefined;
    },
  };
}

function untilZero(encoded: Buffer): string {
  const zero = encoded.indexOf(0);
  return encoded.toString('utf8', 0, zero < 0 ? encoded.length : zero);
}

function requireBytes(value: unknown, name: string): Bytes {
  const given = bytesOf(value);
  if (given) return given;
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `${name} is ${kindOf(value)}; a Buffer is needed (or a typed array, a DataView, an ArrayBuffer)`,
  );
}

/** Text that reads the same when it comes back: zero bytes end it, and halves of surrogate pairs have no UTF-8. */
function requireText(value: unknown, name: string): string {
  if (
    typeof value === 'string' &&
    !/\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(value)
  ) {
    return value;
  }
  throw new AkmError(
    'AKM_INVALID_INPUT',
    `${name} is ${kindOf(value)}; text without zero characters is needed`,
  );
}

function requireFit(length: number, size: number, name: string): void {
  if (length <= size) return;
  throw new AkmError('AKM_INVALID_INPUT', `${name} has ${length} bytes; its field has ${size}`);
}

/**
 * Data in a buffer of `capacity` bytes, padded with zeros, and behind it a U32 with the number of bytes that are data. A
 * string is written as UTF-8. What is read is a view of the data alone: copy it to keep it.
 */
export function sizedBuffer(capacity: number): FieldType<Buffer, Uint8Array | string> {
  const size = capacity + 4;
  const requireCapacity = (length: number): void => {
    if (length <= capacity) return;
    throw new AkmError(
      'AKM_PAYLOAD_TOO_LARGE',
      `The data has ${length} bytes; one message carries at most ${capacity}`,
    );
  };
  const requireTextFits = (value: string): void => {
    // a character is at most 3 bytes of UTF-8 long: most texts need not be measured
    if (value.length * 3 > capacity) requireCapacity(Buffer.byteLength(value));
  };
  return {
    notation: `bytes[${capacity}] u32`,
    size,
    sizeOf(value, name) {
      if (typeof value === 'string') requireTextFits(value);
      else requireCapacity(lengthOf(requireBytes(value, name)));
      return size;
    },
    write(target, offset, value, name) {
      // measured again: a buffer that can be resized may have been since it was checked, and what lies behind `capacity` is not ours
      let length: number;
      if (typeof value === 'string') {
        requireTextFits(value);
        length = target.write(value, offset);
      } else {
        const given = requireBytes(value, name);
        requireCapacity(lengthOf(given));
        length = copyInto(target, offset, given);
      }
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
