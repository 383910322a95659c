import assert from 'node:assert/strict';
import {
  connectionNode,
  freePorts,
  nodeRedVersions,
  onTab,
  type Ports,
  simulatorNode,
  useNodeRed,
} from '../support/real-node-red';

/** bcrypt's hash of `test`. */
const PASSWORD_HASH = '$2y$08$yDxRN6TK0OXOc6ppOwzG0OkuH3RD7eQX4g/caNqeHpIAM.YA9egAa';

const adminAuth = {
  type: 'credentials',
  users: [
    { username: 'reader', password: PASSWORD_HASH, permissions: 'read' },
    { username: 'writer', password: PASSWORD_HASH, permissions: '*' },
  ],
};

for (const version of nodeRedVersions) {
  describe(`${version.title}: the admin routes with users`, () => {
    const suite = useNodeRed(version, { settings: { adminAuth } });
    let ports: Ports;
    const tokens: Record<string, string | undefined> = {};

    const fetched = (path: string, request: RequestInit) => fetch(new URL(path, suite.nodeRed.url), request);

    const login = async (username: string, scope: string): Promise<string> => {
      const response = await fetched('auth/token', {
        method: 'POST',
        body: new URLSearchParams({
          client_id: 'node-red-admin',
          grant_type: 'password',
          scope,
          username,
          password: 'test',
        }),
      });
      return ((await response.json()) as { access_token: string }).access_token;
    };

    const ask = async (token: string | undefined, path: string, method: 'GET' | 'POST') => {
      const authorization: Record<string, string> =
        token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const form = {
        ammHost: '127.0.0.1',
        ammPort: String(ports.ammPort),
        appHost: '127.0.0.1',
        appPort: String(ports.appPort),
        requestTimeout: '5000',
      };
      return fetched(path, {
        method,
        headers: { ...authorization, 'Content-Type': 'application/json' },
        ...(method === 'POST' ? { body: JSON.stringify(form) } : {}),
      });
    };

    before(async () => {
      ports = await freePorts();
      tokens['reader'] = await login('reader', 'read');
      tokens['writer'] = suite.nodeRed.token = await login('writer', '*');
      await suite.nodeRed.deploy(onTab(simulatorNode(ports), connectionNode('deployed', ports)));
    });

    const lists = ['endpoints', 'atrs', 'app-atrs'];
    const forReaders = lists.map((list) => ['GET', `akm-connection/deployed/lists/${list}`] as const);
    const forWriters = [
      ...lists.map((list) => ['POST', `akm-connection/lists/${list}`] as const),
      ['POST', 'akm-connection/test'] as const,
    ];
    const cases = [
      ...[...forReaders, ...forWriters].map((route) => [undefined, 401, ...route] as const),
      ...forReaders.map((route) => ['reader', 200, ...route] as const),
      ...forWriters.map((route) => ['reader', 401, ...route] as const),
      ...[...forReaders, ...forWriters].map((route) => ['writer', 200, ...route] as const),
    ];
    for (const [user, status, method, path] of cases) {
      it(`answer ${method} ${path} of ${user ?? 'nobody'} with ${status}`, async () => {
        const response = await ask(user === undefined ? undefined : tokens[user], path, method);
        const text = await response.text();
        assert.equal(response.status, status, text);
        if (status === 401) assert.doesNotMatch(text, /0x|answered/);
        else assert.match(text, path.endsWith('test') ? /"answered":true/ : /"items":\[\{/);
      });
    }
  });
}
