/** Gives the text of a message catalogue's key, its `__name__` places filled with `values`. Apart from `translate`, which needs a browser. */
export type Translate = (key: string, values?: Readonly<Record<string, string | number>>) => string;
