import { parseNotation, type NotationField } from '../../protocol/notation.js';
import { judgedField, type InferredMessage } from './inferred-message.js';
import { readLayout, type Size } from './layout-drafts.js';
import { notationWords } from './notation-words.js';
import type { Translate } from '../texts.js';

/** What a form says about the layout of one message. */
export interface LayoutWords {
  /** What counts now, or what is wrong with what was entered. */
  verdict: string;
  /** Where in the text the mistake is, from 0; undefined where there is none. */
  mistakeAt?: number;
  /** What the layout lacks although it can be read. */
  warning?: string;
  /** What becomes of its fields. */
  use: string[];
}

/** Says what there is to know about the layout of a message; blank text stands for the inferred one. */
export function layoutWords(message: InferredMessage, text: string, translate: Translate): LayoutWords {
  const use = useOf(message, translate);
  const entered = text.trim() !== '';
  const reading = readLayout(entered ? text : message.notation);
  if (reading.mistake) {
    const { column } = reading.mistake;
    const problem = notationWords(reading.mistake, translate);
    const before = text.slice(0, column - 1).split('\n');
    const place = { line: before.length, column: (before.at(-1) ?? '').length + 1, problem };
    const verdict = text.includes('\n')
      ? translate('@akmflow/node-red-akm/akm-connection:layout.mistakeInLine', place)
      : translate('@akmflow/node-red-akm/akm-connection:layout.mistake', place);
    return { verdict, mistakeAt: column - 1, use };
  }
  const values = { size: sizeInWords(reading.size, translate) };
  if (!entered) {
    return { verdict: translate('@akmflow/node-red-akm/akm-connection:layout.inferred', values), use };
  }
  const field = judgedField(message);
  const isJudged =
    field === undefined || reading.fields.some((each) => each.name === field && isNumber(each));
  return {
    verdict: translate('@akmflow/node-red-akm/akm-connection:layout.own', values),
    ...(isJudged
      ? {}
      : { warning: translate('@akmflow/node-red-akm/akm-connection:layout.unjudged', { field }) }),
    use,
  };
}

/** The client compares numbers only: a u64 arrives as a string. */
function isNumber(field: NotationField): boolean {
  return ['u8', 'u16', 'u32'].includes(field.kind) && !('repeat' in field);
}

function useOf(message: InferredMessage, translate: Translate): string[] {
  const field = judgedField(message);
  if (message.kind === 'request') {
    const list = parseNotation(message.notation).find((each) => 'repeat' in each);
    const taken = list
      ? translate('@akmflow/node-red-akm/akm-connection:layout.requestList', { field: list.name })
      : translate('@akmflow/node-red-akm/akm-connection:layout.request');
    if (!message.changing) return [taken];
    return [taken, translate('@akmflow/node-red-akm/akm-connection:layout.verified')];
  }
  const judged =
    field === undefined ? [] : [translate('@akmflow/node-red-akm/akm-connection:layout.judged', { field })];
  // of the answer to a registration nothing but the status is handed on
  if (message.service === 'app' && message.changing) return judged;
  return [...judged, translate('@akmflow/node-red-akm/akm-connection:layout.response')];
}

function sizeInWords({ least, most }: Size, translate: Translate): string {
  if (most === undefined && least === 0) {
    return translate('@akmflow/node-red-akm/akm-connection:layout.anySize');
  }
  const size =
    least === 1
      ? translate('@akmflow/node-red-akm/akm-connection:layout.oneByte')
      : translate('@akmflow/node-red-akm/akm-connection:layout.bytes', { bytes: least });
  return most === undefined
    ? translate('@akmflow/node-red-akm/akm-connection:layout.atLeast', { size })
    : size;
}
