import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Child } from './child';
import { Comms } from './comms';
import { removeScratchFolder } from './scratch';
import { makeUserDir } from './user-dir';
import type { NodeRedVersion } from './versions';

/** A node of a flow, as flow files hold it. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly [property: string]: unknown;
}

/**
 * The settings file of the Node-REDs under test. Port 0: each takes a free one. The editor goes without what takes long to load and no node
 * of ours uses: Monaco and Mermaid.
 */
const settings = (more: object): string => `module.exports = {
  uiHost: '127.0.0.1',
  uiPort: 0,
  flowFile: 'flows.json',
  credentialSecret: 'test',
  telemetry: { enabled: false },
  editorTheme: {
    tours: false,
    palette: { catalogues: [] },
    codeEditor: { lib: 'ace' },
    markdownEditor: { mermaid: { enabled: false } },
  },
  debugMaxLength: 100000,
  logging: { console: { level: 'info' } },
  ...${JSON.stringify(more)},
};
`;

/**
 * What whoever opens the editor without a login has chosen in it: no tips. The editor shows the first one a second after it began to load,
 * and throws if it is still loading then.
 */
const userSettings = { _: { editor: { view: { 'view-show-tips': false } } } };

/** What a Node-RED under test gets besides the package. */
export interface StartOptions {
  /** Settings besides the usual ones, as far as JSON can hold them. */
  readonly settings?: object;
  /** Options of Node.js itself, such as `--expose-gc`. */
  readonly nodeOptions?: readonly string[];
  /** Other packages that are installed beside ours: a folder of `test/wired/packages`. */
  readonly packages?: string;
  /** Puts more into the user directory before Node-RED starts. */
  readonly prepare?: (userDir: string) => Promise<void>;
}

/** A Node-RED process with the packed package installed in its user directory. */
export class RealNodeRed {
  /** Shown with every request, where the settings ask for it. */
  token: string | undefined;

  private constructor(
    /** Where the editor and the admin API are: `http://127.0.0.1:<port>/`. */
    readonly url: string,
    /** What a user sees in the editor of statuses and debug messages. */
    readonly comms: Comms,
    /** The process itself, for its log. */
    readonly process: Child,
    private readonly userDir: string,
  ) {}

  /**
   * Starts Node-RED in a new user directory with the packed package in it, and resolves when its flows run.
   *
   * @throws Error with the log, when it does not come up.
   */
  static async start(
    version: NodeRedVersion,
    { settings: more = {}, nodeOptions = [], packages, prepare }: StartOptions = {},
  ): Promise<RealNodeRed> {
    const { node, red } = await version.locate();
    const userDir = await makeUserDir(packages);
    const settingsFile = join(userDir, 'settings.js');
    await writeFile(settingsFile, settings(more));
    await writeFile(join(userDir, '.config.users.json'), JSON.stringify(userSettings));
    await prepare?.(userDir);

    const child = new Child(node, [...nodeOptions, red, '--userDir', userDir, '--settings', settingsFile]);
    try {
      const [, url = ''] = await child.printed(/Server now running at (http:\S+)/);
      await child.printed(/Started flows/);
      return new RealNodeRed(url, await Comms.open(url), child, userDir);
    } catch (error) {
      await child.stop();
      removeScratchFolder(userDir);
      throw error;
    }
  }

  /** Ends it the way a service manager does, and removes its user directory. Resolves to its exit code. */
  async stop(): Promise<number | null> {
    this.comms.close();
    const code = await this.process.stop('SIGTERM');
    removeScratchFolder(this.userDir);
    return code;
  }

  /** Deploys flows as the editor does, and resolves when they run. */
  async deploy(flows: readonly FlowNode[], type: 'full' | 'nodes' | 'flows' = 'full'): Promise<void> {
    const from = this.process.lines.now;
    await this.#request('flows', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'Node-RED-API-Version': 'v2',
        'Node-RED-Deployment-Type': type,
      },
      body: JSON.stringify({ flows }),
    });
    await this.process.printed(/Started (modified )?(flows|nodes)/, from);
  }

  /**
   * Presses the button of an inject node.
   *
   * @param values what this message carries instead of what the node was configured with
   */
  async inject(nodeId: string, values?: Readonly<Record<string, unknown>>): Promise<void> {
    const props = Object.entries(values ?? {}).map(([p, v]) => ({ p, v: JSON.stringify(v), vt: 'json' }));
    await this.#request(`inject/${nodeId}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(values ? { __user_inject_props__: props } : {}),
    });
  }

  /** Asks the admin API for JSON. */
  async json(path: string): Promise<unknown> {
    const response = await this.#request(path, { headers: { Accept: 'application/json' } });
    return response.json();
  }

  /** Asks the admin API for text, of the given media type. */
  async text(path: string, accept = '*/*'): Promise<string> {
    const response = await this.#request(path, { headers: { Accept: accept } });
    return response.text();
  }

  async #request(path: string, request: RequestInit): Promise<Response> {
    const headers = { ...(request.headers as Record<string, string>), ...this.#authorization };
    const response = await fetch(new URL(path, this.url), { ...request, headers }).catch((error: unknown) => {
      throw new Error(`/${path} cannot be fetched. Node-RED's log:\n${this.process.output}`, {
        cause: error,
      });
    });
    if (!response.ok) {
      throw new Error(`${request.method ?? 'GET'} /${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  }

  get #authorization(): Record<string, string> {
    return this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
  }
}
