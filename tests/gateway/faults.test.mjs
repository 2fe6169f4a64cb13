// Each fault that can be told to the gateway, as a client meets it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPacket, publishPacket, subscribePacket } from './client.mjs';
import { HOST } from './gateway.mjs';
import { LONG_LIVED, PINGREQ, PINGRESP, startLab, TEMPORARY } from './lab.mjs';
import { MALFORMED, oversized } from './link.mjs';
import { basicDate, signUrl } from './signature.mjs';

const lab = startLab();
const { connected, seen, socket, upgrade } = lab;

async function took(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
const ping = async (client) => assert.equal(await client.send(PINGREQ).take(2), PINGRESP);

test('cut: the socket goes without a close frame', async () => {
  const client = await connected(4, 'cut');
  lab.gateway.sessions.get('cut').cut();
  assert.equal(await client.closed, 1006);
  assert.equal((await seen('closed by client', 'cut')).code, 1006);
});

test('cut in mid-packet: the last byte of the next message does not come', async () => {
  const client = await connected(4, 'cut');
  client.send(subscribePacket(4, 1, 'dt/a'));
  assert.equal(await client.take(5), '9003000101');
  lab.gateway.sessions.get('cut').cutInPacket();
  client.send(publishPacket(4, 'dt/a', 'whole'));
  assert.equal(await client.rest(), Buffer.from('\x30\x0b\x00\x04dt/awhol').toString('hex'));
  assert.equal(client.code, 1006);
});

test('half open: the socket stays, and nothing comes through, not even the end by keep alive', async () => {
  const client = await connected(5, 'held', { keepAlive: 1 });
  const other = await connected(4, 'other');
  lab.gateway.sessions.get('held').hold();
  client.send(PINGREQ);
  const { disconnectReason } = await seen('closed by gateway', 'held');
  assert.equal(disconnectReason, 'MQTT_KEEP_ALIVE_TIMEOUT');
  await ping(other);
  assert.equal(client.code, undefined);
  client.close();
  assert.equal(await client.rest(), '');
});

test('delay: each way, and in order', async () => {
  const client = await connected(4, 'slow');
  lab.gateway.sessions.get('slow').faults = { delay: 60 };
  assert.ok(await took(() => ping(client)) >= 115);
  client.send(subscribePacket(4, 1, 'dt/a'), publishPacket(4, 'dt/a', '1'), publishPacket(4, 'dt/a', '2'));
  assert.equal(await client.take(5 + 9 + 9), `9003000101${Buffer.from('\x30\x07\x00\x04dt/a1\x30\x07\x00\x04dt/a2').toString('hex')}`);
});

test('delay of all: the handshake waits too', async () => {
  lab.gateway.faults = { delay: 60 };
  assert.ok(await took(async () => (await socket()).close()) >= 115);
});

test('throttle: so many bytes a second', async () => {
  const client = await connected(4, 'narrow');
  client.send(subscribePacket(4, 1, 'dt/a'));
  assert.equal(await client.take(5), '9003000101');
  lab.gateway.sessions.get('narrow').faults = { bytesPerSecond: 10_000 };
  const packet = publishPacket(4, 'dt/a', 'x'.repeat(1000));
  // Once up, once down.
  assert.ok(await took(async () => assert.equal(await client.send(packet).take(packet.length), packet.toString('hex'))) >= 195);
});

test('malformed and oversized packets, and whatever else', async () => {
  const client = await connected(4, 'odd');
  lab.gateway.sessions.get('odd').inject(MALFORMED);
  assert.equal(await client.take(5), '3003ffff61');
  lab.gateway.sessions.get('odd').inject(oversized(300_000));
  assert.equal((await client.take(4 + 3 + 300_000)).slice(0, 14), '30e3a712000161');
  await ping(client);
});

test('a SUBACK that never comes', async () => {
  const client = await connected(4, 'waiting');
  lab.gateway.faults = { loseSuback: true };
  client.send(subscribePacket(4, 1, 'dt/a'));
  await ping(client);
  // The subscription is there all the same.
  client.send(publishPacket(4, 'dt/a', 'x'));
  assert.equal(await client.take(9), Buffer.from('\x30\x07\x00\x04dt/ax').toString('hex'));
});

for (const version of [4, 5]) {
  test(`PUBACK twice (${version})`, async () => {
    const client = await connected(version, 'doubled');
    lab.gateway.faults = { doublePuback: true };
    client.send(publishPacket(version, 'dt/a', 'x', { qos: 1, packetId: 7 }));
    const puback = version === 5 ? '4003000710' : '40020007';
    assert.equal(await client.take(puback.length), puback + puback);
  });
}

test('refused handshakes: so many, then none', async () => {
  lab.gateway.refuse(30);
  const statuses = [];
  for (let i = 0; i < 31; i += 1) {
    const { status, client } = await upgrade(signUrl({ host: HOST, ...LONG_LIVED }));
    statuses.push(status);
    client?.close();
  }
  assert.deepEqual(statuses, [...Array.from({ length: 30 }, () => 403), 101]);
});

test('a clock that is off: one hour, either way', async () => {
  for (const skew of [3_600_000, -3_600_000]) {
    lab.gateway.skew = skew;
    assert.equal((await upgrade(signUrl({ host: HOST, ...LONG_LIVED }))).status, 403);
    assert.equal(lab.gateway.log.at(-1).reason, 'date');
  }
  const date = basicDate(new Date(Date.now() + lab.gateway.skew));
  (await socket(signUrl({ host: HOST, ...LONG_LIVED, date }))).close();
});

test('the broker killed, and back on the same ports', async () => {
  const client = await connected(4, 'patient');
  await lab.broker.kill();
  assert.equal(await client.rest(), '');
  assert.equal((await seen('closed by gateway', 'patient')).disconnectReason, 'SERVER_ERROR');
  assert.equal(await (await socket()).send(connectPacket(4, 'early')).rest(), '');
  await lab.broker.start();
  await ping(await connected(4, 'patient'));
});

test('credentials that expire: a new handshake is refused, and the session goes on until it is too old', async () => {
  const client = await connected(5, 'ageing');
  lab.gateway.keys.ASIAIOSFODNN7EXAMPLE = { ...TEMPORARY, expires: Date.now() };
  assert.equal((await upgrade(signUrl({ host: HOST, ...TEMPORARY }))).status, 403);
  assert.equal(lab.gateway.log.at(-1).reason, 'credentials expired');
  await ping(client);
  lab.gateway.sessions.get('ageing').end('WEBSOCKET_TTL_EXPIRATION');
  assert.equal(await client.rest(), '');
});

test('end by age', async () => {
  lab.gateway.faults = { maxAge: 50 };
  const client = await connected(5, 'old');
  assert.equal(await client.rest(), '');
  assert.equal((await seen('closed by gateway', 'old')).disconnectReason, 'WEBSOCKET_TTL_EXPIRATION');
});

// MQTT 3.1.1 has only the close.
for (const [reason, packet] of [
  ['API_INITIATED_DISCONNECT', 'e0029800'], ['MQTT_KEEP_ALIVE_TIMEOUT', 'e0028d00'], ['SERVER_ERROR', ''],
  ['SERVER_INITIATED_DISCONNECT', 'e0028b00'], ['THROTTLED', 'e0029700'],
]) {
  test(`end as AWS does: ${reason}`, async () => {
    for (const [version, expected] of [[4, ''], [5, packet]]) {
      const client = await connected(version, 'ended');
      lab.gateway.sessions.get('ended').end(reason);
      assert.equal(await client.rest(), expected);
    }
  });
}

test('reset: the faults are gone, and so are the sessions', async () => {
  const client = await connected(4, 'reset');
  const held = await connected(4, 'held', { keepAlive: 1 });
  lab.gateway.sessions.get('held').hold();
  await seen('closed by gateway', 'held');
  Object.assign(lab.gateway, { faults: { delay: 1000 }, rules: { connect: [] }, limits: { connectsPerSecond: 0 } });
  lab.gateway.refuse(1);
  lab.gateway.reset();
  assert.deepEqual(await Promise.all([client.closed, held.closed]), [1006, 1006]);
  await ping(await connected(4, 'reset'));
  assert.deepEqual([lab.gateway.clients.size, [...lab.gateway.sessions.keys()]], [1, ['reset']]);
});
