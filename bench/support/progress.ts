/** Tells the person who waits what is being measured. */
export type Progress = (what: string) => void;

/** Writes to the terminal's current line, over and over; nothing where standard error is no terminal. */
export const showProgress: Progress = (what) => {
  const { stderr } = process;
  if (!stderr.isTTY) return;
  stderr.clearLine(0);
  stderr.cursorTo(0);
  stderr.write(what.slice(0, stderr.columns - 1));
};
