import { Names } from '../settings/names.js';
import type { EditorNode } from './node-red.js';

/** A connection as the editor holds it; undefined where there is none with that id. */
export function connectionOf(id: unknown): EditorNode | undefined {
  const node = typeof id === 'string' && id !== '' ? RED.nodes.node(id) : null;
  return node?.type === 'akm-connection' ? node : undefined;
}

/** The names of a connection; none where there is no such connection. */
export function namesOf(id: unknown): Names {
  return new Names(connectionOf(id)?.['names']);
}

/** What a field of the open form holds; undefined where it has no such field. */
export function fieldOf(id: string): string | undefined {
  const field = document.getElementById(id);
  const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement;
  return isField ? field.value : undefined;
}
