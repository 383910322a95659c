import type { Writable } from 'node:stream';
import type { Service } from '../protocol/header.js';
import { REGISTER_STATUS } from './app-service.js';
import { hostPort } from './address.js';
import type { SimulatorEvents } from './events.js';
import { SERVICE_NAMES } from './peer-server.js';
import type { SimulatorAddress } from './run.js';
import type { Simulator } from './simulator.js';
import { CONFIRMATIONS } from './simulator-state.js';

/** What the command prints: where it listens, or each event too, in words or as JSON. */
export type OutputFormat = 'brief' | 'verbose' | 'json';

/** One event of the command: those of the simulator, and where it listens. */
type Printed = { [K in keyof SimulatorEvents]: { event: K } & SimulatorEvents[K][0] }[keyof SimulatorEvents];

/** Prints what happens to a simulator. */
export class EventPrinter {
  private isStopped = false;

  constructor(
    simulator: Simulator,
    private readonly format: OutputFormat,
    private readonly out: Writable,
  ) {
    if (format === 'brief') return;
    simulator.on('connected', (details) => this.print({ event: 'connected', ...details }));
    simulator.on('disconnected', (details) => this.print({ event: 'disconnected', ...details }));
    simulator.on('request', (details) => this.print({ event: 'request', ...details }));
    simulator.on('registered', (details) => this.print({ event: 'registered', ...details }));
    simulator.on('refused', (details) => this.print({ event: 'refused', ...details }));
  }

  /** Prints where the services listen. */
  listening({ host, ammPort, appPort }: SimulatorAddress): void {
    const ports: [Service, number][] = [
      ['amm', ammPort],
      ['app', appPort],
    ];
    const lines = ports.map(([service, port]) =>
      this.format === 'json'
        ? jsonOf('listening', { service, host, port })
        : `${SERVICE_NAMES[service]} listening on ${hostPort(host, port)}`,
    );
    this.writeLines(lines);
  }

  /** Prints nothing any more. */
  stop(): void {
    this.isStopped = true;
  }

  private print(printed: Printed): void {
    this.writeLines([this.format === 'json' ? jsonLine(printed) : words(printed)]);
  }

  private writeLines(lines: readonly string[]): void {
    if (!this.isStopped) this.out.write(lines.map((line) => `${line}\n`).join(''));
  }
}

function jsonLine(printed: Printed): string {
  switch (printed.event) {
    case 'request': {
      const { event, service, connection, code, name, fields } = printed;
      return jsonOf(event, { service, connection, code, name, fields: plainFields(fields) });
    }
    case 'registered': {
      const { event, ...details } = printed;
      return jsonOf(event, { service: 'app', ...details });
    }
    default: {
      const { event, ...details } = printed;
      return jsonOf(event, details);
    }
  }
}

function jsonOf(event: string, details: object): string {
  return JSON.stringify({ time: new Date().toISOString(), event, ...details });
}

function words(printed: Printed): string {
  const service = SERVICE_NAMES[printed.event === 'registered' ? 'app' : printed.service];
  const connection = `${service}: connection ${printed.connection}`;
  switch (printed.event) {
    case 'connected':
      return `${connection} from ${printed.peer}`;
    case 'disconnected':
      return `${connection} ended`;
    case 'request':
      return `${connection} sent ${requestWords(printed)}`;
    case 'registered':
      return `${connection} registered App Value ${printed.appValue} in ATR ${printed.atrId}`;
    case 'refused':
      return `${connection} got a refusal to ${printed.name}: ${numberWords(printed)}`;
  }
}

function requestWords({ name, code, length, fields }: SimulatorEvents['request'][0]): string {
  if (name === undefined) return `unknown code 0x${code.toString(16)}, ${length} bytes of payload`;
  const values = Object.entries(plainFields(fields)).map(
    ([field, value]) => ` ${field}=${typeof value === 'number' ? value : JSON.stringify(value)}`,
  );
  return name + values.join('');
}

function numberWords({ service, number }: SimulatorEvents['refused'][0]): string {
  const [what, numbers] = service === 'amm' ? ['confirmation', CONFIRMATIONS] : ['status', REGISTER_STATUS];
  const [name] = Object.entries(numbers).find(([, each]) => each === number) ?? [];
  return `${what} ${number} (${name ?? 'unknown'})`;
}

/** Fields as JSON: identifiers as hexadecimal text, and of application data no more than its length, for a log is no place for it. */
function plainFields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { bytes: value.length };
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'object' && value !== null && 'id' in value ? value.id : value;
}
