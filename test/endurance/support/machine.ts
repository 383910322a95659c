import { EventEmitter, once } from 'node:events';
import {
  APP_OPERATIONS,
  RECEIVE_APP_DATA_RESPONSE,
  SEND_APP_DATA_REQUEST,
} from '../../../src/protocol/app-messages.js';
import { APP_DIALECT } from '../../../src/protocol/header.js';
import { encodeFrame } from '../../../src/protocol/message.js';
import { AmmService } from '../../../src/simulator/amm-service.js';
import { AppService } from '../../../src/simulator/app-service.js';
import type { PeerService, Session } from '../../../src/simulator/peer-service.js';
import type { PeerRequest } from '../../../src/simulator/requests.js';
import { SimulatorState } from '../../../src/simulator/simulator-state.js';
import type { Ports } from '../../support/real-node-red';
import { Peer, type PeerConnection } from './peer.js';

/** Where the machine's pushes come from. */
export const PUSHES = { atrId: 1, appValue: 7 } as const;

/** An AMM and an AppEndpoint that note what arrives, and push application data of their own. */
export class Machine {
  /** Numbers that arrived as application data. */
  readonly arrived = new Set<number>();
  /** Numbers that came to their target after a later one, or twice. */
  readonly disordered: number[] = [];
  /** Numbers that came over connections that nothing was registered on. */
  readonly unregistered: number[] = [];
  readonly amm: Peer;
  readonly app: Peer;
  /** Emits `registered` with the connection. */
  readonly events = new EventEmitter();
  /** When each push was written, by its stream. */
  readonly pushTimes = new Map<string, number[]>();
  /** The App Values that were to be registered on each connection. */
  private readonly asked = new Map<Session, Set<number>>();
  private readonly last = new Map<number, number>();

  constructor() {
    const state = new SimulatorState(4, 5);
    const behaviour = { fault: undefined };
    const app = new AppService(state, behaviour, () => undefined);
    this.amm = new Peer(new AmmService(state, behaviour, () => undefined));
    this.app = new Peer({
      dialect: app.dialect,
      received: (session, request) => this.received(app, session, request),
      closed: (session) => {
        this.asked.delete(session);
        app.closed(session);
      },
    });
  }

  /** Listens at free ports, and at the same ones after it has left. */
  async listen(): Promise<Ports> {
    const [ammPort, appPort] = await Promise.all([this.amm.listen(), this.app.listen()]);
    return { ammPort, appPort };
  }

  async leave(): Promise<void> {
    await Promise.all([this.amm.leave(), this.app.leave()]);
  }

  /** Waits for the next registration. */
  async registered(): Promise<void> {
    await once(this.events, 'registered');
  }

  /** Whether all of these App Values were to be registered on each connection that there is. */
  knows(appValues: readonly number[]): boolean {
    return [...this.app.connections].every((connection) =>
      appValues.every((appValue) => this.asked.get(connection)?.has(appValue)),
    );
  }

  /** Pushes one message to each connection: `<stream> <number>`. */
  push(): void {
    for (const connection of this.app.connections) this.pushTo(connection);
  }

  /** Pushes one message to this connection. Returns whether it takes more. */
  pushTo(connection: PeerConnection): boolean {
    const stream = `connection-${connection.connection}`;
    const times = this.pushTimes.get(stream) ?? [];
    this.pushTimes.set(stream, times);
    times.push(Date.now());
    const data = Buffer.from(`${stream} ${connection.pushed}`);
    connection.pushed += 1;
    return connection.socket.write(encodeFrame(APP_DIALECT, RECEIVE_APP_DATA_RESPONSE, { ...PUSHES, data }));
  }

  private received(app: PeerService, session: Session, request: PeerRequest): boolean {
    const { code, fields } = request;
    const appValue = Number(fields['appValue']);
    if (code === SEND_APP_DATA_REQUEST.code) {
      const data = String(fields['data']);
      if (!this.asked.has(session)) this.unregistered.push(Number(data));
      this.note(appValue, Number(data));
      return true;
    }
    const answered = app.received(session, request);
    if (code !== APP_OPERATIONS.REGISTER_APP.request.code) return answered;
    this.asked.set(session, (this.asked.get(session) ?? new Set()).add(appValue));
    this.events.emit('registered');
    return answered;
  }

  private note(target: number, number: number): void {
    if (number <= (this.last.get(target) ?? 0)) this.disordered.push(number);
    this.last.set(target, number);
    this.arrived.add(number);
  }
}
