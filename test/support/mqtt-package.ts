import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

type Qos = 0 | 1 | 2;

export interface PublishOptions {
  readonly qos?: Qos;
  readonly retain?: boolean;
}

/** As much of a client of the package `mqtt` as is used here. */
export interface MqttConnection extends EventEmitter {
  subscribeAsync(filter: string, options: { qos: Qos }): Promise<unknown>;
  publish(topic: string, payload: Buffer | string, options: PublishOptions): void;
  publishAsync(topic: string, payload: Buffer | string, options: PublishOptions): Promise<unknown>;
  endAsync(force?: boolean): Promise<void>;
}

// the one that Node-RED's own MQTT nodes bring: it is there wherever they are
const { connectAsync } = createRequire(require.resolve('node-red'))('mqtt') as {
  connectAsync: (url: string, options: object) => Promise<MqttConnection>;
};

/** Connects to the broker at this port; the options are those of `mqtt`. */
export async function connectMqtt(port: number, options = {}): Promise<MqttConnection> {
  const connection = await connectAsync(`mqtt://127.0.0.1:${port}`, options);
  return connection.on('error', () => undefined); // it connects again by itself
}
