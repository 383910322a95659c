import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from '../../test/support/real-node-red/at-end.js';
import type { Command, Commands, Reply } from '../programs/commands.js';

/** How to run a program. */
export interface ProgramOptions {
  /** The Node.js to run it with, where that is another one than this process's. */
  readonly node?: string | undefined;
  readonly flags?: readonly string[];
  /** Folder to leave a CPU profile in. */
  readonly profile?: string | undefined;
}

/** How long a program may take to end, in milliseconds, before it is killed. */
const END_PATIENCE = 5000;
/** How long a command may take, in milliseconds. */
const COMMAND_PATIENCE = 600_000;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A program of the benchmark in a process of its own. It ends with this process, however that ends. */
export class Program<C extends Commands<C>> {
  private readonly waiting = new Map<number, Waiting>();
  private commands = 0;

  /** @param file of a compiled program, without its extension */
  static start<C extends Commands<C>>(
    folder: string,
    file: string,
    options: ProgramOptions = {},
  ): Program<C> {
    const { node = process.execPath, flags = [], profile } = options;
    if (profile !== undefined) mkdirSync(profile, { recursive: true });
    const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profile];
    return new Program(
      file,
      fork(join(folder, `${file}.js`), { execPath: node, execArgv: [...profiling, ...flags] }),
    );
  }

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    const forget = atEnd(() => child.kill('SIGKILL'));
    child.on('message', ({ id, result, error }: Reply) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(`${name}: ${error}`));
    });
    child.on('error', (error) => this.fail(error.message));
    child.on('exit', (code, signal) => {
      forget();
      this.fail(`ended with ${signal ?? `exit code ${String(code)}`}`);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Gives a command, and resolves to its result. */
  async ask<K extends keyof C & string>(
    command: K,
    ...argument: Parameters<C[K]>
  ): Promise<Awaited<ReturnType<C[K]>>> {
    this.commands += 1;
    const id = this.commands;
    const result = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
    });
    const deadline = setTimeout(() => {
      this.waiting.get(id)?.reject(new Error(`${this.name}: ${command} took too long`));
    }, COMMAND_PATIENCE);
    this.child.send({ id, command, argument: argument[0] } satisfies Command, (error) => {
      if (error) this.fail(error.message);
    });
    try {
      return (await result) as Awaited<ReturnType<C[K]>>;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Ends it. A program that is told so may still write a profile. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    const deadline = setTimeout(() => this.child.kill('SIGKILL'), END_PATIENCE);
    this.child.disconnect();
    await ended;
    clearTimeout(deadline);
  }

  private fail(why: string): void {
    for (const { reject } of this.waiting.values()) reject(new Error(`${this.name} ${why}`));
    this.waiting.clear();
  }
}
