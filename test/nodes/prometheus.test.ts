import assert from 'node:assert/strict';
import { toPrometheus } from '../../nodes/shared/events/prometheus.js';
import type { CounterValues } from '../../src/client/counters.js';
import { parsePrometheus } from '../support/prometheus.js';

describe('counters as Prometheus text', () => {
  const values: CounterValues = {
    framesIn: 1,
    framesOut: 2,
    bytesIn: 3,
    bytesOut: 4,
    errors: 5,
    reconnects: 6,
    queueDepth: 7,
    connected: 1,
    latencyMs: 8.5,
    connectedSince: 1_700_000_000_123,
  };

  it('are each under its name, in seconds and bytes', () => {
    const metrics = parsePrometheus(toPrometheus([{ service: 'amm', connection: 'line', values }]));
    const found = [...metrics].map(([name, { type, samples }]) => [name, type, samples[0]?.value]);
    assert.deepEqual(found, [
      ['akm_received_frames_total', 'counter', 1],
      ['akm_sent_frames_total', 'counter', 2],
      ['akm_received_bytes_total', 'counter', 3],
      ['akm_sent_bytes_total', 'counter', 4],
      ['akm_errors_total', 'counter', 5],
      ['akm_reconnects_total', 'counter', 6],
      ['akm_queue_depth', 'gauge', 7],
      ['akm_connected', 'gauge', 1],
      ['akm_connected_since_timestamp_seconds', 'gauge', 1_700_000_000.123],
      ['akm_last_request_latency_seconds', 'gauge', 0.0085],
    ]);
  });

  it('leave out a metric that has no value', () => {
    const { latencyMs, connectedSince, ...rest } = values;
    assert.ok(latencyMs !== undefined && connectedSince !== undefined);
    const metrics = parsePrometheus(toPrometheus([{ service: 'amm', connection: 'line', values: rest }]));
    assert.equal(metrics.size, 8);
    assert.ok(!metrics.has('akm_last_request_latency_seconds'));
  });

  it('carry any name of a connection', () => {
    const connection = 'C:\\line "3"\nÄ {=,}';
    const metrics = parsePrometheus(toPrometheus([{ service: 'app', connection, values }]));
    assert.deepEqual(metrics.get('akm_connected')?.samples, [
      { labels: { service: 'app', connection }, value: 1 },
    ]);
  });
});
