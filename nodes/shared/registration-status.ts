import type { AppClient } from '../../src/client/app/app-client.js';
import type { NodeConnection } from './node-connection.js';

/**
 * Shows how a node is that sends or receives application data, now and whenever that changes: that no application is registered on its
 * connection, since without one nothing can be sent or arrive, however well connected; else what `show` shows. While a registration is
 * under way, what is shown stands.
 *
 * @param atrId where one has to be registered; undefined: in any ATR
 * @returns ends it
 */
export function followRegistration(
  user: NodeConnection<'app'>,
  client: AppClient,
  atrId: number | undefined,
  show: () => void,
): () => void {
  let standing = client.registrationStatus(atrId);
  /** Whether the register nodes of the same deploy have had their turn: before, nothing is amiss. */
  let settled = false;
  let turn: NodeJS.Immediate | undefined;

  const showStanding = (): void => {
    standing = client.registrationStatus(atrId);
    if (client.state !== 'connected' || standing === 'registered') show();
    else if (standing === 'none' && settled) user.status.shared('notRegistered');
  };

  const onStatus = (): void => {
    if (client.registrationStatus(atrId) !== standing) showStanding();
  };
  client.on('registrationStatus', onStatus);
  const cancel = user.onceDeployed(() => {
    turn = setImmediate(() => {
      settled = true;
      if (client.registrationStatus(atrId) === 'none') showStanding();
    });
  });
  client.on('state', showStanding);
  showStanding();
  return () => {
    client.off('state', showStanding);
    client.off('registrationStatus', onStatus);
    cancel();
    clearImmediate(turn);
  };
}
