/**
 * Waits until a condition holds, at most for so many milliseconds.
 *
 * @param watch calls the function it is given after whatever may have changed the condition, until what it returned is called
 * @returns whether it holds
 */
export async function holdsWithin(
  ms: number,
  condition: () => boolean,
  watch: (watcher: () => void) => () => void,
): Promise<boolean> {
  if (condition()) return true;
  return new Promise<boolean>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unwatch();
      resolve(condition());
    };
    const timer = setTimeout(end, ms);
    const unwatch = watch(() => {
      if (condition()) end();
    });
  });
}

/** Lets time pass. */
export async function pass(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
