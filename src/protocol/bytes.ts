import { types } from 'node:util';

/*
 * A view that comes from a flow may have a `length`, `buffer` or `copy` of its own, which says something else each time, throws, or runs a
 * flow's code in the middle of ours. So a view is never asked by name: JavaScript's own getters and methods are applied to it.
 */
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const ofTypedArray = gettersOf(TYPED_ARRAY);
const ofDataView = gettersOf(DataView.prototype);
const set = unbound(TYPED_ARRAY, 'set');

function unbound(of: object, name: string): (view: object, ...given: unknown[]) => unknown {
  const method = Reflect.get(of, name) as (...given: unknown[]) => unknown;
  return (view, ...given) => Reflect.apply(method, view, given);
}

interface Getters {
  buffer: (view: object) => ArrayBufferLike;
  byteOffset: (view: object) => number;
  byteLength: (view: object) => number;
}

function gettersOf(prototype: object): Getters {
  const getter = (name: keyof Getters): ((view: object) => never) => {
    const { get } = Object.getOwnPropertyDescriptor(prototype, name) as { get: (this: object) => never };
    return (view) => Reflect.apply(get, view, []);
  };
  return { buffer: getter('buffer'), byteOffset: getter('byteOffset'), byteLength: getter('byteLength') };
}

declare const opaque: unique symbol;

/** Bytes that are somebody else's. They have no members on purpose: use the functions of this file. */
export interface Bytes {
  readonly [opaque]: true;
}

/**
 * The bytes of a Buffer, a typed array, a DataView, an ArrayBuffer or a SharedArrayBuffer, without a copy. No code of the value is run.
 * As long as no code of a flow runs, their number stays the same: a worker cannot make them more.
 * @returns undefined for anything else, a Proxy of such a thing and a detached ArrayBuffer included
 */
export function bytesOf(value: unknown): Bytes | undefined {
  try {
    return viewOf(value) as unknown as Bytes | undefined;
  } catch {
    return undefined; // its ArrayBuffer is detached, or shorter by now
  }
}

function viewOf(value: unknown): Uint8Array | undefined {
  // a worker can make a shared buffer longer at any moment, and a view without a length of its own with it
  if (types.isUint8Array(value) && !types.isSharedArrayBuffer(ofTypedArray.buffer(value))) return value;
  if (types.isAnyArrayBuffer(value)) {
    const whole = new Uint8Array(value);
    return new Uint8Array(value, 0, ofTypedArray.byteLength(whole));
  }
  const getters = types.isTypedArray(value) ? ofTypedArray : types.isDataView(value) ? ofDataView : undefined;
  if (!getters) return undefined;
  const view = value as object;
  return new Uint8Array(getters.buffer(view), getters.byteOffset(view), getters.byteLength(view));
}

/** How many bytes there are. */
export function lengthOf(bytes: Bytes): number {
  return ofTypedArray.byteLength(bytes);
}

/** Copies the bytes to `offset` in a buffer of ours, which must have room for them. Returns how many there are. */
export function copyInto(target: Buffer, offset: number, bytes: Bytes): number {
  set(target, bytes, offset);
  return lengthOf(bytes);
}

/** The same bytes in memory of our own. */
export function ownCopyOf(bytes: Bytes): Bytes {
  return copyOf(bytes) as unknown as Bytes;
}

/** A Buffer of our own with the same bytes. */
export function copyOf(bytes: Bytes): Buffer {
  const copy = Buffer.allocUnsafe(lengthOf(bytes));
  copyInto(copy, 0, bytes);
  return copy;
}

/** A Buffer of our own on the same memory: asking it runs no code of the value that the bytes are from. */
export function bufferOn(bytes: Bytes): Buffer {
  return Buffer.from(ofTypedArray.buffer(bytes), ofTypedArray.byteOffset(bytes), lengthOf(bytes));
}
