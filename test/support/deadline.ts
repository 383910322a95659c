/** The real timer, whatever a test does to the clock. */
const { setTimeout, clearTimeout } = globalThis;

/** How long a test waits for what must come, in milliseconds. It is there to say what did not come. */
const LIMIT = 8000;

/** The promise, or an error that says what was waited for. */
export async function inTime<T>(promise: Promise<T>, missing: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${LIMIT} ms in vain for ${missing()}`)), LIMIT);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
