/** A node's configuration, as a flow file holds it. */
export type Config = Readonly<Record<string, unknown>>;

/** What brings a configuration from one version to the next: the properties that change. */
type Step = (config: Config) => Config;

/** How the configurations of one node type have changed. */
interface History {
  /** What a new node begins with, but for its version; a new object each time. */
  defaults: () => Config;
  /** The first brings version 0, a configuration without a version, to version 1; and so on. */
  steps: readonly Step[];
}

/** Gives every property that is absent its default. */
function fillIn(defaults: () => Config): Step {
  return (config) =>
    Object.fromEntries(Object.entries(defaults()).filter(([property]) => config[property] === undefined));
}

/** The history of a type whose configurations were without a version once, with these properties. */
function since(defaults: () => Config): History {
  return { defaults, steps: [fillIn(defaults)] };
}

const HISTORIES = {
  'akm-connection': since(() => ({
    name: '',
    ammHost: '127.0.0.1',
    ammPort: '49200',
    appHost: '127.0.0.1',
    appPort: '49600',
    requestTimeout: '5000',
    reconnectMin: '500',
    reconnectMax: '30000',
    heartbeat: '30',
    ammIdle: '0',
    queueLimit: '1000',
    successCode: '0',
    allowInferred: false,
    layouts: {},
    names: [],
  })),
  'akm-list-endpoints': since(() => ({ name: '', connection: '', filter: '0', filterType: 'num' })),
  'akm-list-atrs': since(() => ({ name: '', connection: '', filter: '0', filterType: 'num', category: '' })),
  'akm-watch': since(() => ({
    name: '',
    connection: '',
    interval: '30',
    what: 'both',
    first: 'baseline',
  })),
  'akm-provision': since(() => ({
    name: '',
    connection: '',
    action: 'provision-endpoint',
    target: 'payload',
    targetType: 'msg',
  })),
  'akm-endpoint-details': since(() => ({ name: '', connection: '', target: 'payload', targetType: 'msg' })),
  'akm-register': since(() => ({
    name: '',
    connection: '',
    atrId: '1',
    atrIdType: 'num',
    appValue: '100',
    appValueType: 'num',
    auto: true,
  })),
  'akm-send': since(() => ({
    name: '',
    connection: '',
    atrId: 'atrId',
    atrIdType: 'msg',
    appValue: 'appValue',
    appValueType: 'msg',
    offline: 'error',
  })),
  'akm-receive': since(() => ({ name: '', connection: '', atrId: '', appValue: '', format: 'auto' })),
  'akm-app-info': since(() => ({ name: '', connection: '', query: 'version' })),
  'akm-request': since(() => ({
    name: '',
    connection: '',
    service: 'amm',
    code: '',
    codeType: 'num',
    responseCode: '',
  })),
  'akm-events': since(() => ({
    name: '',
    connection: '',
    services: 'both',
    onConnection: true,
    onRegistration: true,
    onError: true,
    format: 'object',
  })),
  'akm-simulator': since(() => ({
    name: '',
    host: '127.0.0.1',
    ammPort: '49200',
    appPort: '49600',
    endpoints: '4',
    atrs: '5',
    fault: '',
  })),
} as const satisfies Record<string, History>;

/** The type of one of our nodes. */
export type NodeType = keyof typeof HISTORIES;

/** The types of all our nodes. */
export const NODE_TYPES = Object.keys(HISTORIES) as readonly NodeType[];

/** The version of the configurations that this package makes and understands. */
export function currentVersion(type: NodeType): number {
  return HISTORIES[type].steps.length;
}

/** What a new node begins with: a new object each time. */
export function defaultsOf(type: NodeType): Config {
  return { ...HISTORIES[type].defaults(), version: currentVersion(type) };
}

/** The version of a saved configuration: 0 where it has none, as in flows of package version 0.1.0. */
export function versionOf(saved: object): number {
  const version = 'version' in saved ? saved.version : undefined;
  return typeof version === 'number' && Number.isInteger(version) && version >= 0 ? version : 0;
}

/**
 * Brings a saved configuration up to date: a copy of it, with what has changed since its version. One from a newer package than this stays as
 * it is.
 */
export function migrate<T extends object>(type: NodeType, saved: T): T {
  return HISTORIES[type].steps.slice(versionOf(saved)).reduce<T>(
    (config, step, index, steps) => ({
      ...config,
      ...step(config as Config),
      version: currentVersion(type) - steps.length + index + 1,
    }),
    { ...saved },
  );
}
