import type { Dialect } from '../protocol/header.js';
import type { PeerRequest } from './requests.js';

/** One client's connection to a simulated service, as the service sees it. */
export interface Session {
  /** Number of the connection, from 1. No two connections of one simulator have the same. */
  readonly connection: number;
  /** Whether the client leaves so much unread that nothing more is to be written for now. */
  readonly isFull: boolean;
  /** Writes a frame to the client. */
  write(frame: Buffer): void;
}

/** What a simulated service does. */
export interface PeerService {
  readonly dialect: Dialect;
  /**
   * Answers a request by writing to sessions.
   * @returns false when the request is for a session that is full: nothing has been done, and the request is to be given again later
   */
  received(session: Session, request: PeerRequest): boolean;
  /** The session has ended. */
  closed(session: Session): void;
}
