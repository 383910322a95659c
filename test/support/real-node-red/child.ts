import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { atEnd } from './at-end';
import { Recorded } from './recorded';

/** After an asked-for end that does not come in this many milliseconds, a process is killed. */
const STOP_PATIENCE = 20_000;

/** What a child process was given besides its command line. */
export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it gets a process group of its own, so that a signal reaches all that it started, as Ctrl-C in a terminal does. */
  readonly detached?: boolean;
}

/** A process that a test started: its output line by line, and a sure way to end it. */
export class Child {
  /** Each line of its standard output and standard error, in the order they came. */
  readonly lines = new Recorded<string>();
  /** Its exit code once it has ended; `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #process: ChildProcess;
  readonly #ownGroup: boolean;

  constructor(command: string, args: readonly string[], options: ChildOptions = {}) {
    this.#ownGroup = options.detached === true;
    this.#process = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.add(line));
    }
    this.#process.once('error', (error) => this.lines.end(error.message));
    const forget = atEnd(this.#kill);
    this.exited = new Promise((resolve) => {
      this.#process.once('close', (code, signal) => {
        this.lines.end(`the process ended with ${signal ?? `exit code ${String(code)}`}`);
        forget();
        resolve(code);
      });
    });
  }

  /** Its process id; 0 when it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Everything it has printed. */
  get output(): string {
    return this.lines.items.join('\n');
  }

  /** Waits for a line that matches, and gives the match. */
  printed(pattern: RegExp, from = 0, patience?: number): Promise<RegExpExecArray> {
    const what = `a line like ${String(pattern)}`;
    return this.lines.find(what, (line) => pattern.exec(line) ?? undefined, from, patience);
  }

  /** Asks it to end, waits until it has, and gives its exit code (`null`: a signal ended it). */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    const deadline = setTimeout(this.#kill, STOP_PATIENCE);
    this.#signal(signal);
    const code = await this.exited;
    clearTimeout(deadline);
    return code;
  }

  readonly #kill = (): void => this.#signal('SIGKILL');

  #signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    process.kill(this.#ownGroup ? -pid : pid, signal);
  }
}

/** Runs a command to its end and gives what it printed on standard output. */
export async function run(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  const said = Buffer.concat(stdout).toString();
  if (code !== 0) {
    const complaint = `${said}${Buffer.concat(stderr).toString()}`;
    throw new Error(`${command} ${args.join(' ')} ended with exit code ${String(code)}:\n${complaint}`);
  }
  return said;
}
