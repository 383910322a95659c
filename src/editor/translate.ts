import type { Translate } from './texts.js';

/** The texts of the editor's language. */
export const translate: Translate = (key, values) => RED._(key, values);
