import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child';
import { freePort } from './flow';
import { makeScratchFolder, removeScratchFolder } from './scratch';

/** Debian puts it where only administrators look. */
const PROGRAM = process.env['MOSQUITTO'] ?? '/usr/sbin/mosquitto';

/**
 * A real Mosquitto on a free port of this machine. What it has accepted it keeps on disk, and so over {@link Mosquitto.restart}, as a broker in
 * a plant is set up to.
 */
export class Mosquitto {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private process: Child,
  ) {}

  /** @param more lines of mosquitto.conf besides the usual ones */
  static async start(more: readonly string[] = []): Promise<Mosquitto> {
    const folder = makeScratchFolder('mosquitto');
    const port = await freePort();
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      'autosave_interval 1',
      'autosave_on_changes true',
      'log_dest stderr',
      'log_type all',
      ...more,
      ...(process.getuid?.() === 0 ? ['user root'] : []), // else it gives up its rights, and those to the folder
    ];
    await writeFile(join(folder, 'mosquitto.conf'), lines.map((line) => `${line}\n`).join(''));
    return new Mosquitto(port, folder, await run(folder));
  }

  /** Its log, line by line. */
  get log(): Child['lines'] {
    return this.process.lines;
  }

  /** Ends it; what it has accepted is kept. */
  async end(): Promise<void> {
    await this.process.stop('SIGTERM');
  }

  /** Starts it again, on the same port, after {@link Mosquitto.end}. */
  async restart(): Promise<void> {
    this.process = await run(this.folder);
  }

  /** Ends it for good. */
  async stop(): Promise<void> {
    await this.end();
    removeScratchFolder(this.folder);
  }
}

async function run(folder: string): Promise<Child> {
  const child = new Child(PROGRAM, ['-c', join(folder, 'mosquitto.conf')]);
  await child.printed(/mosquitto version \S+ running/);
  return child;
}
