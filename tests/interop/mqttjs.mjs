// mqtt.js for the tests of this folder: a client that does what its standard input says, a JSON array a line, and prints
// what happens, a line each. `node mqttjs.mjs PORT VERSION`, VERSION being 4 (3.1.1) or 5.
import { createInterface } from 'node:readline';
import { connect } from 'mqtt';

const [port, version] = process.argv.slice(2).map(Number);
const clients = {};
const say = (name, ...what) => console.log([name, ...what].join(' '));

const does = {
  connect(name, options) {
    const client = connect({ host: '127.0.0.1', port, protocolVersion: version, clientId: name, reconnectPeriod: 0, ...options });
    clients[name] = client;
    client.on('connect', ({ sessionPresent }) => say(name, 'connected', sessionPresent ? 'present' : 'new'));
    client.on('message', (topic, payload, { qos, retain }) => say(name, 'message', topic, `q${qos}`, ...(retain ? ['retained'] : []), payload));
    client.on('disconnect', ({ reasonCode }) => say(name, 'disconnect', reasonCode));
    client.on('packetsend', ({ cmd, topic, properties }) => {
      if (cmd === 'publish' && topic === '') say(name, 'alias', properties.topicAlias);
    });
    client.on('close', () => say(name, 'closed'));
    client.on('error', ({ code, message }) => say(name, 'error:', message, ...(code ? [code] : [])));
  },
  async subscribe(name, filter, qos) {
    const granted = await clients[name].subscribeAsync(filter, { qos });
    say(name, 'subscribed', ...granted.map(({ qos }) => qos));
  },
  async unsubscribe(name, filter) {
    await clients[name].unsubscribeAsync(filter);
    say(name, 'unsubscribed');
  },
  async publish(name, topic, payload, options) {
    const packet = await clients[name].publishAsync(topic, payload, options);
    say(name, 'published', topic, packet?.reasonCode ?? 0);
  },
  end: (name) => clients[name].endAsync(),
  // As when the power fails.
  kill: (name) => clients[name].stream.destroy(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [what, name, ...how] = JSON.parse(line);
  Promise.resolve(does[what](name, ...how)).catch(({ code, message }) => say(name, `${what} failed:`, message, ...(code ? [code] : [])));
}
process.exit(0);
