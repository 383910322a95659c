import { types } from 'node:util';

/*
 * The getters that say where a view's bytes are, taken from JavaScript itself. A value from a flow may have a `length`, `buffer` or `copy`
 * of its own that says something else each time, throws, or runs a flow's code in the middle of ours.
 */
const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const ofTypedArray = viewGetters(TYPED_ARRAY);
const ofDataView = viewGetters(DataView.prototype);

interface ViewGetters {
  buffer: (view: object) => ArrayBufferLike;
  byteOffset: (view: object) => number;
  byteLength: (view: object) => number;
}

function viewGetters(prototype: object): ViewGetters {
  const getter = (name: string): ((view: object) => never) => {
    const get = Object.getOwnPropertyDescriptor(prototype, name)?.get as () => never;
    return (view) => Reflect.apply(get, view, []) as never;
  };
  return { buffer: getter('buffer'), byteOffset: getter('byteOffset'), byteLength: getter('byteLength') };
}

/**
 * The bytes of a Buffer, a typed array, a DataView, an ArrayBuffer or a SharedArrayBuffer: a view of the same memory, with nothing of the
 * value's own on it. No code of the value is run, so it cannot throw, and cannot be another thing the next time.
 *
 * @returns undefined for anything that holds no bytes, a Proxy of such a thing among it
 */
export function bytesOf(value: unknown): Buffer | undefined {
  if (types.isAnyArrayBuffer(value)) return bufferOver(value);
  if (types.isTypedArray(value)) return viewOf(value, ofTypedArray);
  if (types.isDataView(value)) return viewOf(value, ofDataView);
  return undefined;
}

function viewOf(view: object, { buffer, byteOffset, byteLength }: ViewGetters): Buffer {
  return bufferOver(buffer(view), byteOffset(view), byteLength(view));
}

/** What `Buffer.from` does, without reading the memory's `byteLength` by name. */
function bufferOver(...memory: [ArrayBufferLike, number?, number?]): Buffer {
  return Reflect.construct(Uint8Array, memory, Buffer) as Buffer;
}
