import { connectionOf, fieldOf, namesOf } from '../connections.js';
import { askForList } from './live-list.js';
import { numberOf } from '../names/named-value.js';
import { itemsOfApplications, itemsOfList, type LiveList, type Registered } from './pick-items.js';
import type { PickSource } from './pick-panel.js';
import { registrationsBeside, type Registration } from '../registrations.js';
import { translate } from '../translate.js';

/** Offers what a peer of the connection that is chosen in the form lists. */
export function listSource(list: LiveList, several = false): PickSource {
  return {
    ...wordsOf(list, several),
    isLive: true,
    several,
    load(done) {
      const id = fieldOf('node-input-connection');
      const connection = connectionOf(id);
      if (!connection) {
        done({ problem: { words: translate('@akmflow/node-red-akm/akm-connection:picker.noConnection') } });
        return () => undefined;
      }
      return askForList(list, connection, (answer) => {
        if ('problem' in answer) {
          done(answer);
          return;
        }
        const items = itemsOfList(list, answer.items, namesOf(id), translate);
        done({ items, notes: notesOn(answer) });
      });
    },
  };
}

/** Offers the endpoints that are there already, for what must be another one. */
export function takenEndpointSource(): PickSource {
  const title = translate('@akmflow/node-red-akm/akm-connection:picker.takenEndpoints');
  return { ...listSource('endpoints'), title };
}

/**
 * Offers the applications that are known here: those with a name at the connection, and those that register nodes register at its
 * AppEndpoint.
 */
export function applicationSource(): PickSource {
  return {
    title: translate('@akmflow/node-red-akm/akm-connection:picker.chooseApplication'),
    empty: translate('@akmflow/node-red-akm/akm-connection:picker.noApplications'),
    isLive: false,
    several: false,
    load(done) {
      const id = fieldOf('node-input-connection');
      const atrId = ['num', undefined].includes(fieldOf('node-input-atrIdType'))
        ? numberOf(fieldOf('node-input-atrId'), 'atrId', namesOf(id))
        : undefined;
      const items = itemsOfApplications(namesOf(id), registeredBeside(id), atrId, translate);
      done({ items, notes: [] });
      return () => undefined;
    },
  };
}

function wordsOf(list: LiveList, several: boolean): { title: string; empty: string } {
  if (list === 'endpoints')
    return {
      title: several
        ? translate('@akmflow/node-red-akm/akm-connection:picker.chooseEndpoints')
        : translate('@akmflow/node-red-akm/akm-connection:picker.chooseEndpoint'),
      empty: translate('@akmflow/node-red-akm/akm-connection:picker.noEndpoints'),
    };
  if (list === 'atrs')
    return {
      title: translate('@akmflow/node-red-akm/akm-connection:picker.chooseAtr'),
      empty: translate('@akmflow/node-red-akm/akm-connection:picker.noAtrs'),
    };
  return {
    title: translate('@akmflow/node-red-akm/akm-connection:picker.chooseAtrId'),
    empty: translate('@akmflow/node-red-akm/akm-connection:picker.noAppAtrs'),
  };
}

/** What else there is to say of a list that a peer answered. */
export function notesOn({ truncated, layout }: { truncated?: boolean; layout?: string }): string[] {
  return [
    ...(truncated === true ? [translate('@akmflow/node-red-akm/akm-connection:picker.truncated')] : []),
    ...(layout === 'inferred' ? [translate('@akmflow/node-red-akm/akm-connection:picker.inferred')] : []),
  ];
}

/** What register nodes register at the AppEndpoint of a connection, and which nodes these are. */
function registeredBeside(connection: unknown): Registered[] {
  return registrationsBeside(connection).map((each) => {
    const isOwn = each.connection === connection;
    return { atrId: each.atrId, appValue: each.appValue, isOwn, by: registeredBy(each, isOwn) };
  });
}

function registeredBy({ name, connection }: Registration, isOwn: boolean): string[] {
  const node =
    name === ''
      ? translate('@akmflow/node-red-akm/akm-connection:picker.registered')
      : translate('@akmflow/node-red-akm/akm-connection:picker.registeredBy', { node: name });
  const connectionName = connectionOf(connection)?.['name'];
  if (isOwn) return [node, translate('@akmflow/node-red-akm/akm-connection:picker.own')];
  if (typeof connectionName !== 'string' || connectionName === '') return [node];
  return [node, translate('@akmflow/node-red-akm/akm-connection:picker.at', { connection: connectionName })];
}
