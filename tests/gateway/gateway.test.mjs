// Who is let in, what the rules answer, and takeovers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPacket, publishPacket, subscribePacket } from './client.mjs';
import { HOST } from './gateway.mjs';
import { LONG_LIVED, PINGREQ, PINGRESP, startLab, TEMPORARY } from './lab.mjs';
import { basicDate, signUrl } from './signature.mjs';

const CONNACK = { 4: '20020000' };
const lab = startLab();
const { connected, socket, upgrade } = lab;

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
    assert.deepEqual(lab.gateway.log.at(-1), { event: 'upgrade refused', status: '403 Forbidden', reason });
  });
}

test('another path or another subprotocol is no MQTT', async () => {
  assert.equal((await upgrade(signUrl({ host: HOST, path: '/other', ...LONG_LIVED }))).status, 404);
  assert.equal((await upgrade(signUrl({ host: HOST, ...LONG_LIVED }), { protocol: 'chat' })).status, 400);
});

test('MQTT 3.1.1: a refused CONNECT is closed without CONNACK', async () => {
  lab.gateway.rules = { connect: ['sensor-*'] };
  const client = (await socket()).send(connectPacket(4, 'intruder'));
  assert.equal(await client.rest(), '');
  (await connected(4, 'sensor-1')).close();
});

test('MQTT 5: a refused CONNECT gets CONNACK 0x87 and is closed', async () => {
  lab.gateway.rules = { connect: ['sensor-*'] };
  const client = (await socket()).send(connectPacket(5, 'intruder'));
  assert.equal(await client.rest(), '2003008700');
  (await connected(5, 'sensor-1')).close();
});

for (const version of [4, 5]) {
  test(`a will needs permission too (${version})`, async () => {
    lab.gateway.rules = { publish: ['dt/*'] };
    (await connected(version, 'with-will', { will: 'dt/will' })).close();
    const client = (await socket()).send(connectPacket(version, 'with-will', { will: 'other/will' }));
    assert.equal(await client.rest(), version === 5 ? '2003008700' : '');
  });

  test(`the newcomer takes the client ID over, and the will is published (${version})`, async () => {
    const watcher = await connected(4, 'watcher');
    watcher.send(subscribePacket(4, 1, 'dt/will'));
    assert.equal(await watcher.take(5), '9003000101');
    const first = await connected(version, 'same', { will: 'dt/will' });
    const second = await connected(version, 'same');
    assert.equal(await first.rest(), version === 5 ? 'e0028e00' : '');
    assert.equal(await watcher.take(15), Buffer.from('\x30\x0d\x00\x07dt/willgone').toString('hex'));
    second.send(PINGREQ);
    assert.equal(await second.take(2), PINGRESP);
    second.close();
    watcher.close();
  });

  test(`a refused newcomer disturbs nobody (${version})`, async () => {
    const first = await connected(version, 'same');
    lab.gateway.rules = { connect: [] };
    await (await socket()).send(connectPacket(version, 'same')).closed;
    first.send(PINGREQ);
    assert.equal(await first.take(2), PINGRESP);
    first.close();
  });
}

test('MQTT 3.1.1: a refused publish and a refused subscribe close', async () => {
  lab.gateway.rules = { publish: ['dt/*'], subscribe: ['dt/*'] };
  const packets = [
    publishPacket(4, 'other', 'x'),
    publishPacket(4, 'other', 'x', { qos: 1 }),
    subscribePacket(4, 7, 'dt/a', 'other'),
  ];
  for (const packet of packets) assert.equal(await (await connected(4, 'v3')).send(packet).rest(), '');
});

test('MQTT 5: a refused QoS 1 publish and a refused filter are answered, and the session goes on', async () => {
  lab.gateway.rules = { publish: ['dt/*'], subscribe: ['dt/*'], retain: [] };
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
  lab.gateway.rules = { receive: ['dt/open/*'] };
  const client = await connected(4, 'reader');
  client.send(subscribePacket(4, 1, 'dt/#'));
  assert.equal(await client.take(5), '9003000101');
  client.send(publishPacket(4, 'dt/closed/x', 'no'), publishPacket(4, 'dt/open/x', 'yes'));
  assert.equal(await client.take(16), Buffer.from('\x30\x0e\x00\x09dt/open/xyes').toString('hex'));
  client.close();
});

test('what is not MQTT is closed', async () => {
  for (const bytes of [[0x30, 0xff, 0xff, 0xff, 0xff, 1], [0x10, 2, 0, 9], PINGREQ]) {
    assert.equal(await (await socket()).send(Buffer.from(bytes)).rest(), '');
  }
});
