// Event logs to open, for tests and figures.

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const text = (it) => { const bytes = Buffer.from(it); return [bytes.length >> 8, bytes.length & 255, ...bytes]; };
const packet = (type, body) => hex([type, body.length, ...body]);
const connect = (clientId) => packet(0x10, [...text('MQTT'), 4, 2, 0, 60, ...text(clientId)]);
const CONNACK = packet(0x20, [0, 0]);
const publish = (topic) => packet(0x30, [...text(topic), ...Buffer.from('20')]);

/**
 * A log (`policylab-log/1`) of about `count` events: `sessions` clients, each with its own client ID, publish in turn, and every
 * message comes to all of them.
 */
export function longLog(count, sessions = 10) {
  const names = Array.from({ length: sessions }, (_, index) => `S${index + 1}`);
  const lines = [{ format: 'policylab-log/1', sessions: names }];
  const wire = (at, session, event, bytes) => lines.push({ at, session, connection: 1, event, mqttVersion: '3.1.1', bytes });
  names.forEach((session, index) => {
    const at = 50 * index;
    lines.push({ at, session, connection: 1, event: 'opened' });
    wire(at, session, 'sent', connect(`client-${index + 1}`));
    wire(at + 40, session, 'received', CONNACK);
  });
  for (let turn = 0; lines.length <= count; turn += 1) {
    const at = 50 * sessions + 500 + 70 * turn;
    wire(at, names[turn % sessions], 'sent', publish('dt/temperature'));
    for (const session of names) wire(at + 40, session, 'received', publish('dt/temperature'));
  }
  return `${lines.slice(0, count + 1).map((line) => JSON.stringify(line)).join('\n')}\n`;
}
