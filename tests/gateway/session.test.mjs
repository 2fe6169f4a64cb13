// What a session is answered beyond rules and takeovers: quotas, odd packets, and the lifecycle events of others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectPacket, publishPacket, subscribePacket } from './client.mjs';
import { frame } from './frames.mjs';
import { nextMessage, PINGREQ, PINGRESP, startLab } from './lab.mjs';
import { goodTopic, matches, Rate } from './rules.mjs';

const lab = startLab();
const { connected, seen, socket } = lab;

const DISCONNECT = frame(14, 0);
const subscribeAtQos2 = (version) => {
  const packet = subscribePacket(version, 1, 'dt/a');
  packet[packet.length - 1] = 2;
  return packet;
};
// The case, the packet for each version, and what MQTT 5 hears before the close. MQTT 3.1.1 hears nothing.
const ENDS = [
  ['QoS 2 in a PUBLISH', (version) => publishPacket(version, 'dt/a', 'x', { qos: 2 }), 'e0029b00'],
  ['QoS 2 in a SUBSCRIBE', subscribeAtQos2, 'e0029b00'],
  ['a topic with too many levels', (version) => publishPacket(version, 'a/b/c/d/e/f/g/h/i', 'x'), 'e0029000'],
  ['a payload of more than 128 KiB', (version) => publishPacket(version, 'dt/a', 'x'.repeat(128 * 1024 + 1)), ''],
  ['nine filters', (version) => subscribePacket(version, 1, ...'abcdefghi'), ''],
  ['a second CONNECT', (version) => connectPacket(version, 'twice'), ''],
];
for (const [name, packet, told] of ENDS) {
  test(`the end: ${name}`, async () => {
    for (const version of [4, 5]) {
      const client = (await connected(version, 'odd')).send(packet(version));
      assert.equal(await client.rest(), version === 5 ? told : '');
    }
  });
}

test('a CONNECT that is not allowed to anybody', async () => {
  for (const [options, code] of [[{ will: 'dt/w', willQos: 2 }, '9b'], [{ will: '$other/w' }, '90']]) {
    assert.equal(await (await socket()).send(connectPacket(5, 'odd', options)).rest(), `200300${code}00`);
    assert.equal(await (await socket()).send(connectPacket(4, 'odd', options)).rest(), '');
  }
  assert.equal(await (await socket()).send(connectPacket(5, '$odd')).rest(), '2003008500');
});

test('MQTT 5: a bad topic and a bad filter are answered, and the session goes on', async () => {
  const client = await connected(5, 'odd');
  client.send(publishPacket(5, '$other/a', 'x', { qos: 1, packetId: 3 }), subscribePacket(5, 4, '$other/a'));
  assert.equal(await client.take(5 + 6), '4003000390' + '90040004008f');
});

for (const version of [4, 5]) {
  test(`the 51st subscription is refused, and the session goes on (${version})`, async () => {
    const client = await connected(version, 'many');
    const answer = async (packetId, names) => {
      client.send(subscribePacket(version, packetId, ...names));
      return (await client.take((version === 5 ? 5 : 4) + names.length)).slice(version === 5 ? 10 : 8);
    };
    for (let i = 0; i < 6; i += 1) assert.equal(await answer(i + 1, [...'abcdefgh'].map((name) => name + i)), '01'.repeat(8));
    assert.equal(await answer(7, ['x', 'y', 'z']), `0101${version === 5 ? '97' : '80'}`);
    // One that is held already, and the place of one that was given up.
    assert.equal(await answer(8, ['x']), '01');
    client.send(frame(10, 2, [0, 9], version === 5 ? [0] : [], [0, 1], Buffer.from('x')));
    await client.take(version === 5 ? 6 : 4);
    assert.equal(await answer(10, ['z']), '01');
  });

  test(`quotas of a second: so many CONNECT of a client ID, and so many PUBLISH (${version})`, async () => {
    const client = await connected(version, 'hasty');
    lab.gateway.limits = { connectsPerSecond: 0, publishesPerSecond: 2 };
    assert.equal(await (await socket()).send(connectPacket(version, 'hasty')).rest(), version === 5 ? '2003009700' : '');
    client.send(...[1, 2, 3].map((packetId) => publishPacket(version, 'dt/a', 'x', { qos: 1, packetId })), PINGREQ);
    const answers = version === 5 ? ['4003000110', '4003000210', '4003000397'] : ['40020001', '40020002'];
    const all = (await client.take(answers.join('').length / 2 + 2)).replace(PINGRESP, '');
    for (const one of answers) assert.ok(all.includes(one), `${one} in ${all}`);
    assert.equal(all.length, answers.join('').length);
  });

  test(`lifecycle events: connected, taken over, lost, left, refused (${version})`, async () => {
    lab.gateway.rules = { connect: ['watcher', 'sensor'] };
    const watcher = await connected(version, 'watcher');
    watcher.send(subscribePacket(version, 1, '$aws/events/presence/#'));
    await seen('connected', 'watcher');
    await watcher.take(version === 5 ? 6 : 5);
    const next = async () => {
      const { topic, payload } = await nextMessage(watcher, version);
      const event = JSON.parse(payload);
      assert.equal(topic, `$aws/events/presence/${event.eventType}/${event.clientId}`);
      assert.match(event.sessionIdentifier, /^[0-9a-f]{32}$/);
      assert.equal(event.principalIdentifier, '123456789012/AKIAIOSFODNN7EXAMPLE:user/AKIAIOSFODNN7EXAMPLE:user');
      assert.ok(Math.abs(event.timestamp - Date.now()) < 60_000);
      return event;
    };
    const first = await connected(4, 'sensor');
    const begun = await next();
    assert.deepEqual([begun.eventType, begun.ipAddress], ['connected', '127.0.0.1']);

    const second = await connected(4, 'sensor');
    await first.closed;
    const [ended, renewed] = [await next(), await next()];
    assert.deepEqual(
      [ended.eventType, ended.disconnectReason, ended.clientInitiatedDisconnect, ended.versionNumber, ended.sessionIdentifier],
      ['disconnected', 'DUPLICATE_CLIENTID', false, begun.versionNumber, begun.sessionIdentifier],
    );
    assert.deepEqual([renewed.eventType, renewed.versionNumber], ['connected', begun.versionNumber + 1]);

    second.close();
    assert.equal((await next()).disconnectReason, 'CONNECTION_LOST');

    for (const leave of [(client) => client.send(DISCONNECT), (client) => client.socket.close(1000)]) {
      const client = await connected(4, 'sensor', { will: 'dt/will' });
      assert.equal((await next()).eventType, 'connected');
      leave(client);
      const { disconnectReason, clientInitiatedDisconnect } = await next();
      assert.deepEqual([disconnectReason, clientInitiatedDisconnect], ['CLIENT_INITIATED_DISCONNECT', true]);
    }

    await (await socket()).send(connectPacket(4, 'stranger')).closed;
    const { eventType, connectFailureReason } = await next();
    assert.deepEqual([eventType, connectFailureReason], ['connect_failed', 'AUTHORIZATION_FAILED']);
  });
}

for (const version of [4, 5]) {
  test(`subscription events, and events after a session was resumed (${version})`, async () => {
    const resume = async () => {
      const client = (await socket()).send(connectPacket(version, 'watcher', { stay: true }));
      const head = await client.take(2);
      const body = await client.take(parseInt(head.slice(2), 16));
      return { client, present: body.slice(0, 2) };
    };
    const { client: first, present } = await resume();
    assert.equal(present, '00');
    const answer = version === 5 ? 6 : 5;
    await first.send(subscribePacket(version, 1, '$aws/events/#')).take(answer);
    await seen('connected', 'watcher');
    // Its own events come before its SUBACK or after it: it leaves, and is asked again when it is back.
    first.close();
    await seen('closed by client', 'watcher');

    const again = await resume();
    assert.equal(again.present, '01');
    const sensor = await connected(version, 'sensor');
    await sensor.send(subscribePacket(version, 1, 'dt/a', 'dt/b')).take(answer + 1);
    await sensor.send(frame(10, 2, [0, 2], version === 5 ? [0] : [], [0, 4], Buffer.from('dt/a'))).take(version === 5 ? 6 : 4);
    const next = async () => {
      const { topic, payload } = await nextMessage(again.client, version);
      return { topic, topics: JSON.parse(payload).topics };
    };
    assert.equal((await next()).topic, '$aws/events/presence/connected/sensor');
    assert.deepEqual(await next(), { topic: '$aws/events/subscriptions/subscribed/sensor', topics: ['dt/a', 'dt/b'] });
    assert.deepEqual(await next(), { topic: '$aws/events/subscriptions/unsubscribed/sensor', topics: ['dt/a'] });
    again.client.close();
    sensor.close();
    // Nothing is left for the next test.
    (await connected(version, 'watcher')).close();
  });
}

test('MQTT 5: CONNACK names what AWS does not support', async () => {
  const client = (await socket()).send(connectPacket(5, 'asks'));
  const head = await client.take(2);
  const properties = (await client.take(parseInt(head.slice(2), 16))).slice(6);
  assert.match(properties, /2401/);
  assert.match(properties, /2900/);
  client.close();
});

test('the will is sent when the line goes, and not when the client says goodbye', async () => {
  const watcher = await connected(4, 'watcher');
  watcher.send(subscribePacket(4, 1, 'dt/#'));
  await watcher.take(5);
  for (const [name, leave] of [
    ['said', (client) => client.send(DISCONNECT)], ['closed', (client) => client.socket.close(1000)],
    ['lost', (client) => client.close()],
  ]) {
    const client = await connected(4, name, { will: `dt/${name}` });
    leave(client);
    await client.closed;
  }
  assert.deepEqual(await nextMessage(watcher, 4), { topic: 'dt/lost', payload: 'gone' });
});

test('a rate counts the last second, by name, and not what was too much', () => {
  const rate = new Rate();
  const verdict = ([name, now]) => rate.exceeds(name, 1, now);
  assert.deepEqual([['a', 0], ['a', 999], ['b', 999], ['a', 1000], ['a', 1999], ['a', 2000]].map(verdict), [false, true, false, false, true, false]);
  assert.equal(rate.exceeds('a', undefined, 2000), false);
});

test('filters and topics', () => {
  const cases = [
    ['$aws/events/presence/#', '$aws/events/presence/connected/a', true],
    ['$aws/events/presence/connected/+', '$aws/events/presence/connected/a', true],
    ['$aws/events/presence/+/a', '$aws/events/presence/connected/b', false], ['#', '$aws/a', false], ['+/a', '$aws/a', false],
    ['a/#', 'a', false], ['a/#', 'a/b/c', true], ['a/+', 'a/b/c', false], ['#', 'a', true],
  ];
  for (const [filter, topic, expected] of cases) assert.equal(matches(filter, topic), expected, `${filter} ${topic}`);
  const long = 'a'.repeat(256);
  const topics = { 'a/b/c/d/e/f/g/h': true, 'a/b/c/d/e/f/g/h/i': false, [long]: true, [`${long}a`]: false, '$SYS/a': false,
    '$share/group/a/b/c/d/e/f/g/h': true, '$aws/rules/name/a/b/c/d/e/f/g/h': true, '$aws/things/a/shadow': true };
  for (const [topic, expected] of Object.entries(topics)) assert.equal(goodTopic(topic), expected, topic);
});
