import { NotationError } from '../../protocol/notation-error.js';
import { parseNotation, sizeOfNotation, type NotationField } from '../../protocol/notation.js';
import type { InferredMessage } from './inferred-message.js';

/** Bytes that a layout takes; `most` is undefined where that depends on the values. */
export type Size = ReturnType<typeof sizeOfNotation>;

/** What a layout reads as: its fields and the bytes they take, or the first mistake in it. */
export type Reading =
  { fields: readonly NotationField[]; size: Size; mistake?: never } | { mistake: NotationError };

/** Reads a layout as the runtime will. */
export function readLayout(text: string): Reading {
  try {
    const fields = parseNotation(text);
    return { fields, size: sizeOfNotation(fields) };
  } catch (error) {
    if (error instanceof NotationError) return { mistake: error };
    throw error;
  }
}

/** The entries of a node's layouts, by message; undefined where they are none at all. A flow that was imported can hold anything. */
export function layoutEntries(saved: unknown): [name: string, text: unknown][] | undefined {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return undefined;
  return Object.entries(saved);
}

/** The own layouts of a form that is open. Nothing of it reaches the node before the form is saved. */
export class LayoutDrafts {
  private readonly texts = new Map<string, string>();

  /**
   * @param messages those that can have an own layout
   * @param saved the node's layouts; what cannot be one is left out
   */
  constructor(
    readonly messages: readonly InferredMessage[],
    saved: unknown,
  ) {
    const names = new Set(messages.map(({ name }) => name));
    for (const [name, text] of layoutEntries(saved) ?? []) {
      if (names.has(name) && typeof text === 'string') this.enter(name, text);
    }
  }

  /** The text entered for a message; empty where its inferred layout counts. */
  textOf(name: string): string {
    return this.texts.get(name) ?? '';
  }

  /** Takes the text for a message; blank text goes back to the inferred layout. */
  enter(name: string, text: string): void {
    if (text.trim() === '') this.texts.delete(name);
    else this.texts.set(name, text);
  }

  /** Whether a message has its inferred layout, one of its own, or one with a mistake. */
  stateOf(name: string): 'inferred' | 'own' | 'mistake' {
    const text = this.texts.get(name);
    if (text === undefined) return 'inferred';
    return readLayout(text).mistake ? 'mistake' : 'own';
  }

  /** The message that a form begins with: one that needs a look, else one that was entered, else the first. */
  firstToShow(): InferredMessage | undefined {
    const inState = (state: string): InferredMessage | undefined =>
      this.messages.find(({ name }) => this.stateOf(name) === state);
    return inState('mistake') ?? inState('own') ?? this.messages[0];
  }

  /** What the node is to keep: entered layouts only, in the order of the messages. */
  toSave(): Record<string, string> {
    return Object.fromEntries(
      this.messages.flatMap(({ name }) => {
        const text = this.texts.get(name);
        return text === undefined ? [] : [[name, text]];
      }),
    );
  }
}
