import { types } from 'node:util';
import { AkmError, kindOf } from '../errors.js';
import type { FieldType, Reader } from './field-types.js';
import type { Repeat } from './notation.js';
import { MAX_BODY } from './sizes.js';

/** Entries of one type, one after another. */
export function list<V, In>(entry: FieldType<V, In>, repeat: Repeat): FieldType<V[], readonly In[]> {
  const times = repeat !== 'end' && 'times' in repeat ? repeat.times : undefined;
  const count = repeat === 'end' ? '' : 'times' in repeat ? repeat.times : repeat.field;
  return {
    notation: `${notationOf(entry)}[${count}]`,
    size: times === undefined || entry.size === undefined ? undefined : times * entry.size,
    sizeOf(values, name) {
      const { length } = requireArray(values, name);
      let size = 0;
      for (let index = 0; index < length; index += 1)
        size += entry.sizeOf(values[index] as In, `${name}[${index}]`);
      return size;
    },
    write(target, offset, values, name) {
      const { length } = requireArray(values, name);
      if (times !== undefined && length !== times) {
        throw new AkmError('AKM_INVALID_INPUT', `${name} has ${length} entries; it must have ${times}`);
      }
      return writeEntries(entry, target, offset, values, name);
    },
    read(from, before) {
      if (repeat === 'end') return readToEnd(entry, from);
      return readEntries(entry, from, times ?? Number(before[count]));
    },
  };
}

/**
 * An array that is always sent whole, `capacity` entries of which the first `countField` mean anything and the rest are
 * zero. A body cut behind its last used entry is understood too; a count above the capacity yields the entries that exist.
 */
export function table<V, In>(
  entry: FieldType<V, In> & { readonly size?: number | undefined },
  countField: string,
  capacity: number,
): FieldType<V[], readonly In[]> {
  if (entry.size === undefined)
    throw new TypeError(`Entries of varying size (${entry.notation}) make no table`);
  const size = entry.size * capacity;
  return {
    notation: `${notationOf(entry)}[${capacity}]`,
    size,
    sizeOf: () => size,
    write(target, offset, values, name) {
      const { length } = requireArray(values, name);
      if (length > capacity) {
        throw new AkmError(
          'AKM_INVALID_INPUT',
          `${name} has ${length} entries; at most ${capacity} are allowed`,
        );
      }
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

/** A group of fields stands in braces. */
function notationOf({ notation }: { notation: string }): string {
  return notation.includes(':') ? `{ ${notation} }` : notation;
}

/**
 * An array, and no longer one than a body could hold if each entry took but one byte: a sparse one can have any length. A Proxy of an array
 * is none: it can have another length each time it is asked.
 */
function requireArray(values: unknown, name: string): readonly unknown[] {
  if (types.isProxy(values) || !Array.isArray(values))
    throw new AkmError('AKM_INVALID_INPUT', `${name} is ${kindOf(values)}; an array is needed`);
  if (values.length <= MAX_BODY) return values as unknown[];
  throw new AkmError(
    'AKM_PAYLOAD_TOO_LARGE',
    `${name} has ${values.length} entries; a message body has at most ${MAX_BODY} bytes`,
  );
}

/** Entry by entry, the holes of a sparse array too: they are no values, and to pass over them would shift what follows. */
function writeEntries<V, In>(
  entry: FieldType<V, In>,
  target: Buffer,
  offset: number,
  values: readonly In[],
  name: string,
): number {
  let at = offset;
  for (let index = 0; index < values.length; index += 1)
    at = entry.write(target, at, values[index] as In, `${name}[${index}]`);
  return at;
}

/** Entries until the body ends; one that is cut short is left out. */
function readToEnd<V, In>(entry: FieldType<V, In>, from: Reader): V[] {
  const values: V[] = [];
  while (from.offset < from.end) {
    const value = entry.read(from, {});
    if (value === undefined) break;
    values.push(value);
  }
  return values;
}

/** A count is only a claim: the bytes decide how many entries there are. Every entry has at least one byte. */
function readEntries<V, In>(entry: FieldType<V, In>, from: Reader, count: number): V[] {
  const values: V[] = [];
  while (values.length < count) {
    const value = entry.read(from, {});
    if (value === undefined) break;
    values.push(value);
  }
  return values;
}
