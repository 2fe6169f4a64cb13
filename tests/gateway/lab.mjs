// What the gateway's own tests share: a gateway in front of a broker, and clients of it.
import assert from 'node:assert/strict';
import { after, before, beforeEach } from 'node:test';
import { connectPacket, open } from './client.mjs';
import { HOST, KEYS, startGateway } from './gateway.mjs';
import { startMosquitto } from './mosquitto.mjs';
import { signUrl } from './signature.mjs';

export const LONG_LIVED = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', ...KEYS.AKIAIOSFODNN7EXAMPLE };
export const TEMPORARY = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', ...KEYS.ASIAIOSFODNN7EXAMPLE };
export const PINGREQ = Buffer.from([0xc0, 0]), PINGRESP = 'd000';

/** For the tests of one file: {gateway, broker, upgrade, socket, connected, log}; the first two are there once the tests run. */
export function startLab() {
  const lab = {};
  before(async () => {
    lab.broker = await startMosquitto();
    lab.gateway = await startGateway({ brokerPort: lab.broker.port });
  });
  after(async () => {
    await lab.gateway?.close();
    await lab.broker?.close();
  });
  beforeEach(() => lab.gateway.reset());

  lab.upgrade = (url, options = {}) => open({ url, port: lab.gateway.port, cert: lab.gateway.cert, ...options });

  /** A client whose upgrade has succeeded. */
  lab.socket = async (url = signUrl({ host: HOST, ...LONG_LIVED })) => {
    const { status, client } = await lab.upgrade(url);
    assert.equal(status, 101);
    return client;
  };

  /** A client that has its CONNACK. Mosquitto adds properties in MQTT 5, so only its beginning is compared. */
  lab.connected = async (version, clientId, options) => {
    const client = (await lab.socket()).send(connectPacket(version, clientId, options));
    const head = await client.take(2);
    const body = await client.take(parseInt(head.slice(2), 16));
    assert.equal(head.slice(0, 2) + body.slice(0, 4), '200000');
    return client;
  };

  /** Resolves to the first entry of the log about `clientId` with this event. */
  lab.seen = (event, clientId) => lab.gateway.log.until((entry) => entry.event === event && entry.clientId === clientId);
  return lab;
}

/** The next PUBLISH that a client gets, QoS 0: {topic, payload}. Its length is read as MQTT writes it. */
export async function nextMessage(client, version) {
  assert.equal(await client.take(1), '30');
  let length = 0;
  for (let scale = 1, byte = 128; byte >= 128; scale *= 128) {
    byte = parseInt(await client.take(1), 16);
    length += (byte % 128) * scale;
  }
  const body = Buffer.from(await client.take(length), 'hex');
  const end = 2 + body.readUInt16BE(0);
  return { topic: body.subarray(2, end).toString(), payload: body.subarray(end + (version === 5 ? 1 : 0)).toString() };
}
