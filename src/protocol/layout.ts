import { Reader, type FieldType } from './field-types.js';

/** The fields of a body by name, in the order they have on the wire. */
export type Fields = Readonly<Record<string, FieldType<unknown>>>;

/** What decoding a body of these fields gives. */
export type Decoded<F extends Fields> = {
  [K in keyof F]: F[K] extends FieldType<infer V, never> ? V : never;
};

/** What encoding a body of these fields takes. */
export type Encodable<F extends Fields> = {
  [K in keyof F]: F[K] extends {
    write(target: Buffer, offset: number, value: infer In, name: string): number;
  }
    ? In
    : never;
};

/**
 * The layout of a body: its fields one after another, nothing between them. It is itself a field type, so that a layout
 * can be the entry of a list.
 */
export interface Layout<F extends Fields> extends FieldType<Decoded<F>, Encodable<F>> {
  readonly fields: F;
  /**
   * Reads the fields that are there, stopping at the first that is not.
   * @throws AkmError `AKM_PROTOCOL` where the bytes contradict themselves
   */
  readPartly(from: Reader): Partial<Decoded<F>>;
}

/** Compiles fields to a {@link Layout}: once, when the module is loaded. */
export function layout<F extends Fields>(fields: F): Layout<F> {
  const entries = Object.entries(fields);
  const sizes = entries.map(([, type]) => type.size);
  const size = sizes.every((known) => known !== undefined) ? sizes.reduce((a, b) => a + b, 0) : undefined;

  const readPartly = (from: Reader): Partial<Decoded<F>> => {
    const values: Record<string, unknown> = {};
    for (const [name, type] of entries) {
      const value = type.read(from, values);
      if (value !== undefined) values[name] = value;
      if (from.short) break;
    }
    return values as Partial<Decoded<F>>;
  };

  return {
    fields,
    notation: entries.map(([name, type]) => `${name}:${type.notation}`).join(' '),
    size,
    sizeOf: (values, path) =>
      size ?? entries.reduce((sum, [name, type]) => sum + type.sizeOf(values[name], nameIn(path, name)), 0),
    write(target, offset, values, path) {
      let at = offset;
      for (const [name, type] of entries) at = type.write(target, at, values[name], nameIn(path, name));
      return at;
    },
    readPartly,
    read(from) {
      const values = readPartly(from);
      return from.short ? undefined : (values as Decoded<F>);
    },
  };
}

/** How a field is named in errors: `role`, or `members[2].role` inside a repeated group. */
function nameIn(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
