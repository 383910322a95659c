import type { Node, NodeAPI } from 'node-red';
import type { ConnectionState } from '../../src/client/connection/connection.js';
import { isCaught, onePerTab } from './catch-nodes.js';
import { ErrorReports } from './error-reports.js';

/**
 * Reports the messages of a service that make no sense: of those on one connection the first. It is an error of the connection, which
 * Node-RED hands to the Catch nodes of its users; here those are nodes that use the service, one on each tab.
 */
export class FaultReports {
  private readonly reports: ErrorReports;
  private isReported = false;

  /**
   * @param node the connection
   * @param users the nodes that use the service now
   */
  constructor(
    RED: NodeAPI,
    private readonly node: Node,
    users: () => readonly Node[],
  ) {
    this.users = () => onePerTab(RED, users());
    this.reports = new ErrorReports(node, () =>
      (node.z ? [node] : Object.values(this.users())).some((each) => isCaught(RED, each)),
    );
  }

  private readonly users: () => Record<string, Node>;

  /** Takes each change of the client's state. */
  readonly onState = (state: ConnectionState): void => {
    if (state === 'connected') this.isReported = false;
    if (state === 'closed') this.reports.end();
  };

  /** Takes each message that was thrown away. */
  readonly onFault = (error: Error): void => {
    if (this.isReported) return;
    this.isReported = true;
    Object.assign(this.node, { users: this.users() }); // a plain object by this name is what Node-RED goes through
    this.reports.report(error, {});
  };
}
