import { randomUUID } from 'node:crypto';
import { connectMqtt, type MqttConnection, type PublishOptions } from './mqtt-package';
import { Recorded } from './real-node-red/recorded';

/** A message as a subscriber gets it from the broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  /** Whether the broker had kept it from before the subscription. */
  readonly retain: boolean;
}

/**
 * Another client of a broker, independent of Node-RED. It subscribes and publishes with QoS 1, where nothing else is said, and has a session
 * that outlives its connections: it misses nothing while the broker is started again.
 */
export class MqttClient {
  /** All that it was given, in order. */
  readonly messages = new Recorded<MqttMessage>();

  private constructor(private readonly connection: MqttConnection) {
    connection.on('message', (topic: string, payload: Buffer, { qos, retain }: MqttMessage) =>
      this.messages.add({ topic, payload, qos, retain }),
    );
  }

  /** Connects to the broker at this port, and subscribes to these. */
  static async connect(port: number, ...filters: string[]): Promise<MqttClient> {
    const session = { clientId: randomUUID(), clean: false, reconnectPeriod: 100 };
    const client = new MqttClient(await connectMqtt(port, session));
    for (const filter of filters) await client.subscribe(filter);
    return client;
  }

  /** Resolves when the broker has confirmed it. */
  async subscribe(filter: string): Promise<void> {
    await this.connection.subscribeAsync(filter, { qos: 1 });
  }

  /** Resolves when the broker has the message; with QoS 0, when it is written. */
  async publish(topic: string, payload: Buffer | string, options: PublishOptions = {}): Promise<void> {
    await this.connection.publishAsync(topic, payload, { qos: 1, ...options });
  }

  /** Waits for a message with this topic that `accept` takes. */
  message(
    topic: string,
    accept: (message: MqttMessage) => boolean = () => true,
    from = 0,
  ): Promise<MqttMessage> {
    return this.messages.find(
      `a message at ${topic}`,
      (message) => (message.topic === topic && accept(message) ? message : undefined),
      from,
    );
  }

  /** Waits for JSON with this topic that `accept` takes. */
  async json<T>(topic: string, accept: (value: T) => boolean = () => true, from = 0): Promise<T> {
    const parse = ({ payload }: MqttMessage): T => JSON.parse(payload.toString()) as T;
    return parse(await this.message(topic, (message) => accept(parse(message)), from));
  }

  /** What has come with this topic, as text. */
  texts(topic: string, from = 0): string[] {
    return this.messages.items
      .slice(from)
      .filter((message) => message.topic === topic)
      .map(({ payload }) => payload.toString());
  }

  async close(): Promise<void> {
    await this.connection.endAsync(true);
  }
}
