/**
 * What the processes of the benchmark say to each other: the one that measures sends commands, a program answers each with a result
 * or an error. Only a few such messages pass in a measurement, and none for each frame.
 */

/** A program's commands by name. */
export type Commands<C> = { [K in keyof C]: (argument: never) => unknown };

/** A command on its way to a program. */
export interface Command {
  readonly id: number;
  readonly command: string;
  readonly argument: unknown;
}

/** What became of a command. */
export interface Reply {
  readonly id: number;
  readonly result?: unknown;
  /** Why it failed. */
  readonly error?: string;
}

/** Answers commands until whoever sends them is gone, and ends this process then. */
export function serve<C extends Commands<C>>(commands: C): void {
  const handlers = commands as unknown as Record<string, (argument: unknown) => unknown>;
  process.on('message', ({ id, command, argument }: Command) => {
    new Promise((resolve) => resolve(handlers[command]?.(argument))).then(
      (result) => process.send?.({ id, result } satisfies Reply),
      (error: unknown) => process.send?.({ id, error: String(error) } satisfies Reply),
    );
  });
  process.on('disconnect', () => {
    process.exit();
  });
}
