import type { NodeConnection } from './node-connection.js';

/**
 * Shows how a node is that sends or receives application data, now and whenever that changes: that no application is registered on its
 * connection, since without one nothing can be sent or arrive, however well connected; else what `show` shows. While a registration is
 * under way, what is shown stands.
 *
 * @param atrId where one has to be registered; undefined: in any ATR
 */
export function followRegistration(
  user: NodeConnection<'app'>,
  atrId: number | undefined,
  show: () => void,
): void {
  if (!user.usable) return; // the status says why
  const { client } = user;
  let standing = client.registrationStatus(atrId);
  /** Whether the register nodes of the same deploy have had their turn: before, nothing is amiss. */
  let settled = false;

  const showStanding = (): void => {
    standing = client.registrationStatus(atrId);
    if (client.state !== 'connected' || standing === 'registered') show();
    else if (standing === 'none' && settled) user.status.shared('busy', 'status.notRegistered');
  };

  user.follow(showStanding);
  const onStatus = (): void => {
    if (client.registrationStatus(atrId) !== standing) showStanding();
  };
  client.on('registrationStatus', onStatus);
  user.onEnd(() => client.off('registrationStatus', onStatus));
  user.onceDeployed(() =>
    user.onceDeployed(() => {
      settled = true;
      if (client.registrationStatus(atrId) === 'none') showStanding();
    }),
  );
}
