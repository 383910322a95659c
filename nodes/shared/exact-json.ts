import { types } from 'node:util';
import { AkmError, isAkmError, kindOf, messageOf, nativeKindOf, quote } from '../../src/errors.js';
import { MAX_APP_BUFFER_SIZE } from '../../src/protocol/app-messages.js';
import { bufferOn, bytesOf, lengthOf } from '../../src/protocol/bytes.js';

/**
 * How much JSON is written before it is given up, in characters, and how many members of objects are looked at: enough to tell the size of
 * what is somewhat too large, and no work for Node-RED.
 */
const MOST = 65_536;
/** How deep arrays and objects can be nested: far below where JavaScript's stack would end. */
const DEEPEST = 1000;
/** An entry of an array takes a character and a comma at least, and no message carries more. */
const MOST_ENTRIES = Math.floor(MAX_APP_BUFFER_SIZE / 2);
/** Longest path that an error tells, in characters. */
const LONGEST_PATH = 200;

/**
 * A value as JSON, as `JSON.stringify` writes it, for a message to carry: each property is read once, and what JSON would make something else
 * of is refused: NaN, Map, RegExp, holes of arrays, and so on. Members of objects that are undefined or functions are left out, an object with
 * `toJSON` is what that says, and so is a Date.
 *
 * @param name of the value, for errors
 * @returns undefined where JSON has nothing for the value: for undefined, functions and symbols
 * @throws AkmError `AKM_INVALID_INPUT` naming what was refused and where it is, e.g. `msg.payload.readings[3] is NaN`;
 *   `AKM_PAYLOAD_TOO_LARGE` where it is too large to be worth writing out
 */
export function exactJson(value: unknown, name: string): string | undefined {
  const writer = new JsonWriter(name);
  try {
    return writer.write(value, '') ? writer.json : undefined;
  } catch (error) {
    if (isAkmError(error)) throw error;
    // the value's own code threw: a getter, a toJSON, a Proxy
    throw new AkmError('AKM_INVALID_INPUT', `${writer.place} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

class JsonWriter {
  json = '';
  private members = 0;
  private readonly path: (string | number)[] = [];
  private readonly around = new Set<object>();

  constructor(private readonly name: string) {}

  /** Where in the value it is, e.g. `msg.payload.readings[3]`. */
  get place(): string {
    const place = this.path.map((key) =>
      typeof key === 'number' ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${quote(key)}]`,
    );
    const whole = this.name + place.join('');
    return whole.length > LONGEST_PATH ? `${whole.slice(0, LONGEST_PATH)}…` : whole;
  }

  /** Writes a value; false where JSON has nothing for it. */
  write(given: unknown, key: string): boolean {
    const value = this.converted(given, key);
    switch (typeof value) {
      case 'string':
        this.add(value.length > MOST ? value : JSON.stringify(value));
        return true;
      case 'number':
        if (!Number.isFinite(value)) this.refuse(value);
        this.add(String(value === 0 ? 0 : value)); // -0 too, as JSON has it
        return true;
      case 'boolean':
        this.add(String(value));
        return true;
      case 'bigint':
        return this.refuse(value);
      case 'object':
        if (value === null) this.add('null');
        else this.writeObject(value);
        return true;
      default:
        return false;
    }
  }

  /** What stands in the value's place before it is written: what its `toJSON` gives, and what a boxed primitive holds. */
  private converted(given: unknown, key: string): unknown {
    if (typeof given !== 'object' || given === null) {
      return typeof given === 'bigint' || typeof given === 'function' ? ofToJson(given, key) : given;
    }
    if (types.isDate(given) && Number.isNaN(Date.prototype.getTime.call(given)))
      this.refuse(given, 'an invalid Date');
    const value = isBuffer(given) ? given : ofToJson(given, key);
    if (types.isNumberObject(value)) return Number(value);
    if (types.isStringObject(value)) return String(value);
    if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
    return value;
  }

  private writeObject(value: object): void {
    if (this.around.has(value)) this.refuse(value, 'an object that it is part of');
    if (this.around.size >= DEEPEST) this.refuse(value, `nested more than ${DEEPEST} deep`);
    this.around.add(value);
    if (Array.isArray(value)) this.writeArray(value);
    else if (isBuffer(value)) this.writeBuffer(value);
    else this.writeMembers(value);
    this.around.delete(value);
  }

  private writeArray(values: readonly unknown[]): void {
    const { length } = values; // once: a Proxy of an array may tell another each time
    if (length > MOST_ENTRIES) {
      throw tooLarge(`${this.place} has ${length} entries`);
    }
    this.add('[');
    for (let index = 0; index < length; index += 1) {
      if (index > 0) this.add(',');
      this.path.push(index);
      const value = values[index];
      if (!this.write(value, String(index))) this.refuse(value);
      this.path.pop();
    }
    this.add(']');
  }

  /** A Buffer among other values, as its own `toJSON` has it. */
  private writeBuffer(value: object): void {
    const bytes = bytesOf(value);
    if (!bytes) return this.refuse(value);
    if (lengthOf(bytes) > MOST_ENTRIES) throw tooLarge(`${this.place} is ${kindOf(value)}`);
    this.add(JSON.stringify(bufferOn(bytes)));
  }

  private writeMembers(value: object): void {
    if (!isPlain(value)) {
      const kind = nativeKindOf(value);
      if (kind !== undefined) this.refuse(value);
    }
    const keys = Object.keys(value);
    this.members += keys.length;
    if (this.members > MOST) throw tooLarge(`${this.place} has ${keys.length} members`);
    let separator = '{';
    for (const key of keys) {
      this.path.push(key);
      const before = this.json;
      this.add(`${separator}${JSON.stringify(key)}:`);
      if (this.write((value as Readonly<Record<string, unknown>>)[key], key)) separator = ',';
      else this.json = before;
      this.path.pop();
    }
    this.add(separator === '{' ? '{}' : '}');
  }

  private add(text: string): void {
    this.json += text;
    if (this.json.length > MOST) throw tooLarge(`The data as JSON has more than ${MOST} bytes`);
  }

  private refuse(value: unknown, kind = kindOf(value)): never {
    throw new AkmError(
      'AKM_INVALID_INPUT',
      `${this.place} is ${kind}; a string, bytes (a Buffer, a typed array) or anything that JSON can hold is needed`,
    );
  }
}

function ofToJson(value: object | bigint, key: string): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  return typeof toJSON === 'function' ? Reflect.apply(toJSON, value, [key]) : value;
}

function isBuffer(value: object): boolean {
  return types.isUint8Array(value) && Buffer.isBuffer(value);
}

/** Whether it is `{}` of any realm, or has no prototype: that none of JavaScript's own kinds of objects is. It saves asking for each of them. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function tooLarge(what: string): AkmError {
  return new AkmError(
    'AKM_PAYLOAD_TOO_LARGE',
    `${what}; one message carries at most ${MAX_APP_BUFFER_SIZE} bytes`,
  );
}
