import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { AmmClient, AmmClientOptions } from '../../src/client/amm/amm-client.js';
import { AMM_OPERATIONS } from '../../src/protocol/amm-messages.js';
import { caughtUp, connected, useTestPeers } from '../support/clients.js';
import { HAS_IPV6, OWN_ADDRESSES } from '../support/own-addresses.js';
import { rejection } from '../support/promises.js';
import type { ScriptedConnection } from '../support/scripted-server.js';

const ENDPOINT = '0x1';
const { LIST_ENDPOINTS, PROVISION_ENDPOINT } = AMM_OPERATIONS;

describe('a changing request whose layout is inferred', () => {
  const bench = useTestPeers();

  async function toHost(
    host: string,
    listenAt: string,
    options: AmmClientOptions = {},
  ): Promise<{ client: AmmClient; connection: ScriptedConnection }> {
    const server = await bench.scriptedAmm({ host: listenAt });
    const client = await connected(bench.amm({ host, port: server.port, ...options }));
    return { client, connection: await server.connection() };
  }

  async function isSent({ client, connection }: Awaited<ReturnType<typeof toHost>>): Promise<void> {
    const provisioning = client.provisionEndpoint(ENDPOINT);
    await connection.receive(PROVISION_ENDPOINT.request);
    connection.send(PROVISION_ENDPOINT.response, { confirmation: 0 });
    assert.equal((await provisioning).confirmation, 0);
  }

  async function isRefused(
    { client, connection }: Awaited<ReturnType<typeof toHost>>,
    address: string,
  ): Promise<void> {
    const { message } = await rejection(client.provisionEndpoint(ENDPOINT), 'AKM_LAYOUT_UNVERIFIED');
    assert.match(
      message,
      /^PROVISION_ENDPOINT_REQUEST was not sent to the AMM at .*inferred, not documented/,
    );
    assert.ok(message.includes(` ${address} `), message);
    await caughtUp(client, connection);
    assert.equal(connection.unasked, 0, 'not a byte was written');
    const list = client.listEndpoints(); // what is documented, and what changes nothing, is sent
    await connection.receive(LIST_ENDPOINTS.request);
    connection.send(LIST_ENDPOINTS.response, { confirmation: 0, count: 0, endpoints: [] });
    await list;
  }

  /** A peer on this machine whose address seems to be whatever `address` is set to. */
  async function disguised(
    options?: AmmClientOptions,
  ): Promise<Awaited<ReturnType<typeof toHost>> & { address: string }> {
    const disguise = { address: '203.0.113.5' };
    const onSocket = (message: unknown): void => {
      const { socket } = message as { socket: Socket };
      Object.defineProperty(socket, 'remoteAddress', { get: () => disguise.address });
    };
    subscribe('net.client.socket', onSocket);
    try {
      return Object.assign(disguise, await toHost('localhost', '127.0.0.1', options));
    } finally {
      unsubscribe('net.client.socket', onSocket);
    }
  }

  const loopback: [host: string, listenAt: string][] = [
    ['127.0.0.1', '127.0.0.1'],
    ['127.0.0.2', '127.0.0.2'],
    ['localhost', '127.0.0.1'],
    ...(HAS_IPV6 ? ([['::1', '::1'], ['0:0::1', '::1']] as [string, string][]) : []), // prettier-ignore
  ];
  for (const [host, listenAt] of loopback) {
    it(`is sent to this machine as ${host}`, async () => {
      await isSent(await toHost(host, listenAt));
    });
  }

  for (const address of OWN_ADDRESSES) {
    it(`is refused towards ${address.includes(':') ? 'an IPv6' : 'an IPv4'} address that is not loopback`, async () => {
      await isRefused(await toHost(address, address), address);
    });

    it(`is sent to ${address.includes(':') ? 'an IPv6' : 'an IPv4'} address that is not loopback where that is allowed`, async () => {
      await isSent(await toHost(address, address, { allowInferred: true }));
    });
  }

  it('is judged by the address connected to, not by how the host was spelled', async () => {
    const peer = await disguised();
    await isRefused(peer, '203.0.113.5');
    peer.address = '::ffff:203.0.113.5';
    await isRefused(peer, '::ffff:203.0.113.5');
    peer.address = '::ffff:127.0.0.1';
    await isSent(peer);
  });

  it('is sent anywhere where that is allowed', async () => {
    await isSent(await disguised({ allowInferred: true }));
  });
});
