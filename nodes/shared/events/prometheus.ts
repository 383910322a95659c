import type { CounterValues } from '../../../src/client/counters.js';

/** What one service's counters are exported with. */
export interface Sample {
  service: string;
  /** The connection's name. */
  connection: string;
  values: CounterValues;
}

/** The media type of {@link toPrometheus}, as its specification has it. */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Metric {
  name: string;
  type: 'counter' | 'gauge';
  help: string;
  /** Undefined where there is no value. */
  value: (values: CounterValues) => number | undefined;
}

/** Base units only, as is the custom: seconds and bytes. */
const METRICS: readonly Metric[] = [
  {
    name: 'akm_received_frames_total',
    type: 'counter',
    help: 'Whole messages that arrived.',
    value: ({ framesIn }) => framesIn,
  },
  {
    name: 'akm_sent_frames_total',
    type: 'counter',
    help: 'Messages handed to the socket.',
    value: ({ framesOut }) => framesOut,
  },
  {
    name: 'akm_received_bytes_total',
    type: 'counter',
    help: 'Bytes that arrived.',
    value: ({ bytesIn }) => bytesIn,
  },
  {
    name: 'akm_sent_bytes_total',
    type: 'counter',
    help: 'Bytes handed to the socket.',
    value: ({ bytesOut }) => bytesOut,
  },
  {
    name: 'akm_errors_total',
    type: 'counter',
    help: 'Requests and sends that failed, and messages that were thrown away.',
    value: ({ errors }) => errors,
  },
  {
    name: 'akm_reconnects_total',
    type: 'counter',
    help: 'Connections made after the first.',
    value: ({ reconnects }) => reconnects,
  },
  {
    name: 'akm_queue_depth',
    type: 'gauge',
    help: 'Requests and sends that wait.',
    value: ({ queueDepth }) => queueDepth,
  },
  {
    name: 'akm_connected',
    type: 'gauge',
    help: '1 while there is a connection, else 0.',
    value: ({ connected }) => connected,
  },
  {
    name: 'akm_connected_since_timestamp_seconds',
    type: 'gauge',
    help: 'When the connection was made, in seconds since 1970.',
    value: ({ connectedSince }) => inSeconds(connectedSince),
  },
  {
    name: 'akm_last_request_latency_seconds',
    type: 'gauge',
    help: 'Time from the last answered request to its answer.',
    value: ({ latencyMs }) => inSeconds(latencyMs),
  },
];

/** Counters in the Prometheus text exposition format, version 0.0.4. A metric without any value is left out. */
export function toPrometheus(samples: readonly Sample[]): string {
  return METRICS.flatMap(({ name, type, help, value }) => {
    const lines = samples.flatMap(({ service, connection, values }) => {
      const number = value(values);
      const labels = `service="${escapeLabel(service)}",connection="${escapeLabel(connection)}"`;
      return number === undefined ? [] : [`${name}{${labels}} ${number}\n`];
    });
    return lines.length === 0 ? [] : [`# HELP ${name} ${help}\n`, `# TYPE ${name} ${type}\n`, ...lines];
  }).join('');
}

/** Within a label's value a backslash, a quote and a line feed are escaped; every other character stands for itself. */
function escapeLabel(value: string): string {
  return value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}

function inSeconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
