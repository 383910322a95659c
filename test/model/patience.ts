/** Lets time pass. */
export async function pass(ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Waits until a condition holds, at most for so many milliseconds. Returns whether it holds. */
export async function holdsWithin(ms: number, condition: () => boolean): Promise<boolean> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() >= end) return false;
    await pass(1);
  }
  return true;
}
