import { AppClient } from '../../src/client/app/app-client';
import { Recorded } from './real-node-red/recorded';

/** What an application was sent. */
export interface PartnerData {
  readonly atrId: number;
  /** The sender's. */
  readonly appValue: number;
  readonly data: Buffer;
}

/** An application in ATR 1, behind an AppEndpoint, that a test plays. */
export class AkmPartner {
  /** All that it was sent, in order. */
  readonly received = new Recorded<PartnerData>();

  private constructor(
    private readonly client: AppClient,
    private readonly atrId: number,
  ) {
    client.subscribe({}, ({ atrId, appValue, data }) =>
      this.received.add({ atrId, appValue, data: Buffer.from(data) }),
    );
  }

  /** Connects to the AppEndpoint at this port, and registers. It registers again by itself whenever the AppEndpoint was away. */
  static async connect(appPort: number, { atrId = 1, appValue = 300 } = {}): Promise<AkmPartner> {
    const client = new AppClient({ port: appPort, reconnectMin: 20, reconnectMax: 100 });
    const partner = new AkmPartner(client, atrId);
    const registration = client.acquire(atrId, appValue);
    client.open();
    await registration.register();
    return partner;
  }

  /** Sends to an application; resolves when the operating system has taken the bytes. */
  send(appValue: number, data: Buffer | string): Promise<void> {
    return new Promise((resolve, reject) =>
      this.client.send({ atrId: this.atrId, appValue, data, offline: 'queue' }, (error) => {
        if (error) reject(error);
        else resolve();
      }),
    );
  }

  /** Waits for data that `accept` takes. */
  got(accept: (received: PartnerData) => boolean = () => true, from = 0): Promise<PartnerData> {
    return this.received.find('data for the application', (each) => (accept(each) ? each : undefined), from);
  }

  /** Waits for this text. */
  gotText(text: string, from = 0): Promise<PartnerData> {
    return this.got(({ data }) => data.toString() === text, from);
  }

  /** What it was sent, as text. */
  texts(from = 0): string[] {
    return this.received.items.slice(from).map(({ data }) => data.toString());
  }

  close(): Promise<void> {
    return this.client.close();
  }
}
