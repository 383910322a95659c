/** Length of a tick, in milliseconds. */
const TICK = 10;

/**
 * Waits until a condition holds, at most for so many milliseconds in which this process really ran: the time is counted in ticks of a
 * timer, so that a machine that is busy with something else makes no client late.
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
    let ticksLeft = Math.ceil(ms / TICK);
    let timer: NodeJS.Timeout | undefined;
    const end = (holds: boolean): void => {
      clearTimeout(timer);
      unwatch();
      resolve(holds);
    };
    const look = (): void => {
      if (condition()) end(true);
    };
    const unwatch = watch(look);
    const tick = (): void => {
      ticksLeft -= 1;
      if (condition() || ticksLeft <= 0) end(condition());
      else timer = setTimeout(tick, TICK);
    };
    timer = setTimeout(tick, TICK);
  });
}

/** Lets time pass. */
export async function pass(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}
