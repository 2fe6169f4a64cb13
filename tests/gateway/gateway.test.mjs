import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { connectPacket, open, publishPacket, subscribePacket } from './client.mjs';
import { HOST, KEYS, startGateway } from './gateway.mjs';
import { startMosquitto } from './mosquitto.mjs';
import { basicDate, signUrl } from './signature.mjs';

const LONG_LIVED = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', ...KEYS.AKIAIOSFODNN7EXAMPLE };
const TEMPORARY = { accessKeyId: 'ASIAIOSFODNN7EXAMPLE', ...KEYS.ASIAIOSFODNN7EXAMPLE };
const CONNACK = { 4: '20020000' };

let broker, gateway;
before(async () => {
  broker = await startMosquitto();
  gateway = await startGateway({ brokerPort: broker.port });
});
after(async () => {
  await gateway?.close();
  await broker?.close();
});
beforeEach(() => { gateway.rules = {}; });

const upgrade = (url, options = {}) => open({ url, port: gateway.port, cert: gateway.cert, ...options });

/** A client whose upgrade has succeeded. */
async function socket() {
  const { status, client } = await upgrade(signUrl({ host: HOST, ...LONG_LIVED }));
  assert.equal(status, 101);
  return client;
}

/** A client that has its CONNACK. Mosquitto adds properties in MQTT 5, so only its beginning is compared. */
async function connected(version, clientId, will) {
  const client = (await socket()).send(connectPacket(version, clientId, will));
  const head = await client.take(2);
  const body = await client.take(parseInt(head.slice(2), 16));
  assert.equal(head.slice(0, 2) + body.slice(0, 4), '200000');
  return client;
}

test('good URLs are let in', async () => {
  for (const url of [
    signUrl({ host: HOST, ...LONG_LIVED }),
    signUrl({ host: HOST, ...LONG_LIVED, expires: 60 }),
    signUrl({ host: HOST, ...TEMPORARY }),
  ]) {
    const { status, client } = await upgrade(url);
    assert.equal(status, 101);
    client.send(connectPacket(4, 'good'));
    assert.equal(await client.take(4), CONNACK[4]);
    client.close();
  }
});

const minutesAgo = (minutes) => basicDate(new Date(Date.now() - minutes * 60_000));
// What is wrong, the reason that the gateway notes, and the URL.
const BAD = [
  ['an unknown key', 'key', () => signUrl({ host: HOST, ...LONG_LIVED, accessKeyId: 'AKIAUNKNOWN' })],
  ['another region', 'region', () => signUrl({ host: HOST, ...LONG_LIVED, region: 'us-east-1' })],
  ['another service', 'service', () => signUrl({ host: HOST, ...LONG_LIVED, service: 'iotdata' })],
  ['a slow clock', 'date', () => signUrl({ host: HOST, ...LONG_LIVED, date: minutesAgo(6) })],
  ['a fast clock', 'date', () => signUrl({ host: HOST, ...LONG_LIVED, date: minutesAgo(-6) })],
  ['a URL kept too long', 'expired', () => signUrl({ host: HOST, ...LONG_LIVED, date: minutesAgo(2), expires: 60 })],
  ['a wrong secret', 'signature', () => signUrl({ host: HOST, ...LONG_LIVED, secretAccessKey: 'wrong' })],
  ['another host', 'signature', () => signUrl({ host: `${HOST}:8443`, ...LONG_LIVED })],
  ['a changed parameter', 'signature', () => signUrl({ host: HOST, ...LONG_LIVED, expires: 60 }).replace('Expires=60', 'Expires=600')],
  ['a changed scope', 'scope', () => signUrl({ host: HOST, ...LONG_LIVED }).replace('aws4_request', 'aws5_request')],
  ['no signature', 'parameters', () => `wss://${HOST}/mqtt`],
  ['a parameter given twice', 'parameters', () => `${signUrl({ host: HOST, ...LONG_LIVED })}&X-Amz-Date=20261122T103000Z`],
  ['an added parameter', 'parameters', () => `${signUrl({ host: HOST, ...LONG_LIVED })}&extra=1`],
  ['a missing token', 'token', () => signUrl({ host: HOST, ...TEMPORARY, sessionToken: undefined })],
  ['another token', 'token', () => signUrl({ host: HOST, ...TEMPORARY, sessionToken: 'another' })],
  ['a token without need', 'token', () => signUrl({ host: HOST, ...LONG_LIVED, sessionToken: TEMPORARY.sessionToken })],
];
for (const [name, reason, url] of BAD) {
  test(`403 for ${name}`, async () => {
    const { status } = await upgrade(url(), { host: HOST });
    assert.equal(status, 403);
    assert.deepEqual(gateway.log.at(-1), { event: 'upgrade refused', status: '403 Forbidden', reason });
  });
}

test('another path or another subprotocol is no MQTT', async () => {
  assert.equal((await upgrade(signUrl({ host: HOST, path: '/other', ...LONG_LIVED }))).status, 404);
  assert.equal((await upgrade(signUrl({ host: HOST, ...LONG_LIVED }), { protocol: 'chat' })).status, 400);
});

test('MQTT 3.1.1: a refused CONNECT is closed without CONNACK', async () => {
  gateway.rules = { connect: ['sensor-*'] };
  const client = (await socket()).send(connectPacket(4, 'intruder'));
  assert.equal(await client.rest(), '');
  (await connected(4, 'sensor-1')).close();
});

test('MQTT 5: a refused CONNECT gets CONNACK 0x87 and is closed', async () => {
  gateway.rules = { connect: ['sensor-*'] };
  const client = (await socket()).send(connectPacket(5, 'intruder'));
  assert.equal(await client.rest(), '2003008700');
  (await connected(5, 'sensor-1')).close();
});

for (const version of [4, 5]) {
  test(`a will needs permission too (${version})`, async () => {
    gateway.rules = { publish: ['dt/*'] };
    (await connected(version, 'with-will', 'dt/will')).close();
    const client = (await socket()).send(connectPacket(version, 'with-will', 'other/will'));
    assert.equal(await client.rest(), version === 5 ? '2003008700' : '');
  });

  test(`the newcomer takes the client ID over, and the will is published (${version})`, async () => {
    const watcher = await connected(4, 'watcher');
    watcher.send(subscribePacket(4, 1, 'dt/will'));
    assert.equal(await watcher.take(5), '9003000101');
    const first = await connected(version, 'same', 'dt/will');
    const second = await connected(version, 'same');
    assert.equal(await first.rest(), version === 5 ? 'e0028e00' : '');
    assert.equal(await watcher.take(15), Buffer.from('\x30\x0d\x00\x07dt/willgone').toString('hex'));
    second.send(Buffer.from([0xc0, 0]));
    assert.equal(await second.take(2), 'd000');
    second.close();
    watcher.close();
  });

  test(`a refused newcomer disturbs nobody (${version})`, async () => {
    const first = await connected(version, 'same');
    gateway.rules = { connect: [] };
    await (await socket()).send(connectPacket(version, 'same')).closed;
    first.send(Buffer.from([0xc0, 0]));
    assert.equal(await first.take(2), 'd000');
    first.close();
  });
}

test('MQTT 3.1.1: a refused publish and a refused subscribe close', async () => {
  gateway.rules = { publish: ['dt/*'], subscribe: ['dt/*'] };
  const packets = [
    publishPacket(4, 'other', 'x'),
    publishPacket(4, 'other', 'x', { qos: 1 }),
    subscribePacket(4, 7, 'dt/a', 'other'),
  ];
  for (const packet of packets) assert.equal(await (await connected(4, 'v3')).send(packet).rest(), '');
});

test('MQTT 5: a refused QoS 1 publish and a refused filter are answered, and the session goes on', async () => {
  gateway.rules = { publish: ['dt/*'], subscribe: ['dt/*'], retain: [] };
  const client = await connected(5, 'v5');
  client.send(publishPacket(5, 'other', 'x', { qos: 1, packetId: 0x102 }));
  assert.equal(await client.take(5), '4003010287');
  client.send(publishPacket(5, 'dt/a', 'x', { qos: 1, retain: true, packetId: 3 }));
  assert.equal(await client.take(5), '4003000387');
  client.send(subscribePacket(5, 7, 'other'));
  assert.equal(await client.take(6), '900400070087');
  client.send(subscribePacket(5, 8, 'other', 'dt/a', 'third', 'dt/b'));
  assert.equal(await client.take(9), '900700080087018701');
  client.send(publishPacket(5, 'other', 'x'));
  assert.equal(await client.rest(), 'e0028700');
});

test('a message that may not be received is lost without a word', async () => {
  gateway.rules = { receive: ['dt/open/*'] };
  const client = await connected(4, 'reader');
  client.send(subscribePacket(4, 1, 'dt/#'));
  assert.equal(await client.take(5), '9003000101');
  client.send(publishPacket(4, 'dt/closed/x', 'no'), publishPacket(4, 'dt/open/x', 'yes'));
  assert.equal(await client.take(16), Buffer.from('\x30\x0e\x00\x09dt/open/xyes').toString('hex'));
  client.close();
});

test('a session can be cut, and held open in silence', async () => {
  const cut = await connected(4, 'cut');
  gateway.sessions.get('cut').cut();
  assert.equal(await cut.closed, 1006);
  await gateway.log.until(({ event, clientId }) => event === 'closed by client' && clientId === 'cut');
  const arrival = gateway.log.until(({ event, clientId }) => event === 'connected' && clientId === 'held');
  const held = await connected(4, 'held');
  assert.equal((await arrival).version, 4);
  gateway.sessions.get('held').hold();
  const other = await connected(4, 'other');
  held.send(Buffer.from([0xc0, 0]));
  held.socket.ping();
  await new Promise((resolve) => held.socket.once('pong', resolve));
  other.send(Buffer.from([0xc0, 0]));
  assert.equal(await other.take(2), 'd000');
  held.close();
  assert.equal(await held.rest(), '');
  other.close();
});

test('what is not MQTT is closed', async () => {
  for (const bytes of [[0x30, 0xff, 0xff, 0xff, 0xff, 1], [0x10, 2, 0, 9], [0xc0, 0]]) {
    assert.equal(await (await socket()).send(Buffer.from(bytes)).rest(), '');
  }
});
