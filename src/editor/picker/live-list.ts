import type { EditorNode } from '../node-red.js';
import type { ListEntry, LiveList } from './pick-items.js';
import { problemOfRequest, type Problem } from '../problem-words.js';
import { translate } from '../translate.js';

/** What a peer answered to a request for a list. */
export interface ListAnswer {
  readonly items: readonly ListEntry[];
  /** Whether there are more than the answer can hold. */
  readonly truncated?: boolean;
  readonly layout?: 'documented' | 'inferred' | 'custom';
}

/** The longest wait for Node-RED, in milliseconds: it gives up its own requests before. */
const PATIENCE = 20_000;

/** What it takes of a connection's form to ask its peers. */
const SETTINGS = ['ammHost', 'ammPort', 'appHost', 'appPort', 'requestTimeout', 'layouts', 'names'] as const;

/**
 * Asks a peer for a list: through the connection that runs, or with the settings of the editor where they were not deployed. Calls
 * `done` once, unless it is stopped by what it returns.
 */
export function askForList(
  list: LiveList,
  connection: EditorNode,
  done: (answer: ListAnswer | { problem: Problem }) => void,
): () => void {
  let isStopped = false;
  const ask = (isDeployed: boolean): { abort(): void } =>
    $.ajax({
      ...(isDeployed ? requestToRunning(list, connection) : requestWithSettings(list, connection)),
      dataType: 'json',
      timeout: PATIENCE,
      success(answer) {
        if (!isStopped) done(answer as ListAnswer);
      },
      error({ status, responseJSON }) {
        if (isStopped) return;
        // it does not run: it was disabled, or never deployed
        if (isDeployed && status === 404) request = ask(false);
        else done({ problem: problemOfRequest(status, responseJSON, translate) });
      },
    });
  let request = ask(connection.changed !== true);
  return () => {
    isStopped = true;
    request.abort();
  };
}

function requestToRunning(list: LiveList, { id }: EditorNode) {
  return { type: 'GET', url: `akm-connection/${encodeURIComponent(id)}/lists/${list}` } as const;
}

function requestWithSettings(list: LiveList, connection: EditorNode) {
  const settings = Object.fromEntries(SETTINGS.map((name) => [name, connection[name]]));
  return {
    type: 'POST',
    url: `akm-connection/lists/${list}`,
    contentType: 'application/json',
    data: JSON.stringify({ id: connection.id, ...settings }),
  } as const;
}
