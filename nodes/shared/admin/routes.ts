import type { ServerResponse } from 'node:http';
import type { NodeAPI } from 'node-red';
import { testAmm, testApp } from './connection-test.js';
import { Names } from '../../../src/settings/names.js';
import { answer, answerFailure, type AdminRequest } from './answers.js';
import { BOUNDS, ConcurrencyLimit } from './concurrency-limit.js';
import { concealFor, deployed, listNamed, named } from './lists.js';
import { requireSameOrigin } from './same-origin.js';
import { settingsIn } from './settings.js';

/**
 * What the editor asks the runtime for: lists to choose from, and whether a connection works. Lists of a connection that is deployed
 * are for everyone who may read flows; whoever names the hosts must be allowed to write.
 *
 * - `GET akm-connection/:id/lists/:list` and `POST akm-connection/lists/:list`:
 *   `{ list, items: [{ id?, lower64?, upper64?, atrId?, category?, categoryName?, name? }], truncated?, layout }`;
 * - `POST akm-connection/test`: `{ amm, app }`, a report each;
 * - what fails: `{ code, message }`.
 *
 * A request by a web page that is not the editor is refused.
 */
export function registerAdminRoutes(RED: NodeAPI, bounds = BOUNDS): void {
  const gate = new ConcurrencyLimit(bounds);
  const { httpAdmin, auth } = RED;

  /** Answers with what `work` comes to, or with why it came to nothing. */
  const handler =
    (work: (req: AdminRequest, signal: AbortSignal) => Promise<object>) =>
    (req: AdminRequest, res: ServerResponse): void => {
      gate
        .pass(res, (signal) => work(req, signal))
        .then(
          (body) => answer(res, 200, body),
          (thrown: unknown) => answerFailure(res, thrown),
        );
    };

  httpAdmin.get(
    '/akm-connection/:id/lists/:list',
    requireSameOrigin,
    auth.needsPermission('akm-connection.read'),
    handler(async ({ params }, signal) => {
      const { id, list } = params;
      const source = listNamed(list);
      const connection = deployed(RED, id);
      const conceal = concealFor(RED, connection);
      return { list, ...named(await source.live(connection, signal, conceal), connection.names) };
    }),
  );
  httpAdmin.post(
    '/akm-connection/lists/:list',
    requireSameOrigin,
    auth.needsPermission('akm-connection.write'),
    handler(async (req, signal) => {
      const { list } = req.params;
      const source = listNamed(list);
      const settings = settingsIn(RED, req);
      return { list, ...named(await source.fresh(settings, signal), new Names(settings.names)) };
    }),
  );
  httpAdmin.post(
    '/akm-connection/test',
    requireSameOrigin,
    auth.needsPermission('akm-connection.write'),
    handler(async (req, signal) => {
      const settings = settingsIn(RED, req);
      const [amm, app] = await Promise.all([
        testAmm(settings.amm.options, signal, settings.amm.conceal),
        testApp(settings.app.options, signal, settings.app.conceal),
      ]);
      return { amm, app };
    }),
  );
}
