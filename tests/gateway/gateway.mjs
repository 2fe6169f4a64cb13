// Stands for AWS IoT Core in front of a real broker: signed URLs, permission, takeover. The broker does the rest.
//
// What AWS does on the wire, and how far it is documented, is restated here from the Developer Guide ("MQTT", "MQTT 5
// reason codes") and from what users report: MQTT 3.1.1 is told nothing and closed, MQTT 5 gets reason code 0x87.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { WebSocketServer } from 'ws';
import { makeCertificate } from './certificate.mjs';
import * as mqtt from './frames.mjs';
import { refusal } from './signature.mjs';

export const HOST = 'example-ats.iot.eu-west-1.amazonaws.com';
export const REGION = 'eu-west-1';
/** The keys that the gateway knows unless it is given others: a long-lived one and a temporary one. */
export const KEYS = {
  AKIAIOSFODNN7EXAMPLE: { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  ASIAIOSFODNN7EXAMPLE: {
    secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
    sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE+token/with=chars',
  },
};

const MAX_FILTERS = 8;
// The most that one client may send in one WebSocket message, in bytes (AWS quota of an MQTT message, in round figures).
const MAX_PAYLOAD = 256 * 1024;

/**
 * Rules: {connect, publish, retain, subscribe, receive}, each a list of patterns in which `*` stands for any text. Connect
 * looks at the client ID, subscribe at the filter, the others at the topic. Where a list is missing, all is allowed.
 */
function allows(rules, action, name) {
  const matches = (pattern) =>
    new RegExp(`^${pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&')).join('.*')}$`, 's').test(name);
  return rules[action] === undefined || rules[action].some(matches);
}

/** What happened, in order. `until` resolves to the first entry, past or to come, that the test accepts. */
class Log extends Array {
  #waiting = new Set();

  add(entry) {
    this.push(entry);
    for (const waiting of this.#waiting) if (waiting.test(entry)) { this.#waiting.delete(waiting); waiting.resolve(entry); }
  }

  until(test) {
    const known = Array.prototype.find.call(this, test);
    return known ? Promise.resolve(known) : new Promise((resolve) => this.#waiting.add({ test, resolve }));
  }
}

/** One client: from its CONNECT to the end of its socket. */
class Session {
  #client; #broker; #gateway; #aliases = new Map(); #subacks = new Map();
  #fromClient = new mqtt.FrameReader();
  #fromBroker = new mqtt.FrameReader();
  #held = false;
  #ended = false;

  constructor(gateway, client) {
    this.#gateway = gateway;
    this.#client = client;
    client.on('message', (data, binary) => this.#guard(() => {
      if (!binary) throw new RangeError('a text message');
      for (const frame of this.#fromClient.push(data)) if (!this.#ended) this.#receive(frame);
    }));
    client.on('close', () => {
      if (!this.#ended) this.#note('closed by client');
      this.#leave();
    });
    client.on('error', () => client.terminate());
  }

  /** Ends the session without a word, as a network does. */
  cut() { this.#client.terminate(); }

  /** Keeps the socket open and lets nothing through any more. */
  hold() { this.#held = true; }

  /** Another connection has taken the client ID. */
  takeOver() { this.#end('taken over', mqtt.SESSION_TAKEN_OVER); }

  #guard(work) {
    try { work(); } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#end(`malformed: ${error.message}`);
    }
  }

  #note(event, details = {}) { this.#gateway.log.add({ event, clientId: this.clientId, version: this.version, ...details }); }

  #send(bytes) { if (!this.#held) this.#client.send(bytes); }

  /** Closes the socket; a reason code is for MQTT 5 only. */
  #end(reason, code) {
    if (this.#ended) return;
    this.#ended = true;
    this.#note('closed by gateway', { reason });
    if (code !== undefined && this.version === 5) this.#send(mqtt.frame(mqtt.DISCONNECT, 0, [code, 0]));
    this.#client.close();
    this.#leave();
  }

  #leave() {
    this.#ended = true;
    this.#broker?.destroy();
    if (this.#gateway.sessions.get(this.clientId) === this) this.#gateway.sessions.delete(this.clientId);
  }

  #allows(action, name) {
    const allowed = allows(this.#gateway.rules, action, name);
    if (!allowed) this.#note('refused', { action, name });
    return allowed;
  }

  #receive(frame) {
    if (this.#held) return;
    if (this.#broker === undefined) this.#connect(frame);
    else if (frame.type === mqtt.CONNECT) this.#end('a second CONNECT');
    else if (frame.type === mqtt.PUBLISH) this.#publish(frame);
    else if (frame.type === mqtt.SUBSCRIBE) this.#subscribe(frame);
    else this.#broker.write(frame.bytes);
  }

  #connect(frame) {
    if (frame.type !== mqtt.CONNECT) { this.#end('the first packet is not CONNECT'); return; }
    const { version, clientId, willTopic, willRetain } = mqtt.readConnect(frame);
    Object.assign(this, { version, clientId });
    const allowed = this.#allows('connect', clientId)
      && (willTopic === undefined || this.#allows('publish', willTopic))
      && (!willRetain || this.#allows('retain', willTopic));
    if (!allowed) {
      if (version === 5) this.#send(Buffer.from([0x20, 3, 0, mqtt.NOT_AUTHORIZED, 0]));
      this.#end('connect refused');
      return;
    }
    if (clientId !== '') {
      this.#gateway.sessions.get(clientId)?.takeOver();
      this.#gateway.sessions.set(clientId, this);
    }
    this.#note('connected');
    this.#broker = connect(this.#gateway.brokerPort, '127.0.0.1');
    this.#broker.setNoDelay(true);
    this.#broker.write(frame.bytes);
    this.#broker.on('data', (data) => this.#deliver(this.#fromBroker.push(data)));
    this.#broker.on('error', () => this.#broker.destroy());
    this.#broker.on('close', () => this.#end('the broker closed'));
  }

  #publish(frame) {
    const { topic: written, qos, retain, packetId, alias } = mqtt.readPublish(frame, this.version);
    if (alias !== undefined && written !== '') this.#aliases.set(alias, written);
    const topic = written === '' ? this.#aliases.get(alias) ?? '' : written;
    if (qos > 1) { this.#end('QoS 2', mqtt.QOS_NOT_SUPPORTED); return; }
    if (this.#allows('publish', topic) && (!retain || this.#allows('retain', topic))) this.#broker.write(frame.bytes);
    else if (this.version === 5 && qos === 1) this.#send(Buffer.from([0x40, 3, packetId >> 8, packetId & 255, mqtt.NOT_AUTHORIZED]));
    else this.#end('publish refused', mqtt.NOT_AUTHORIZED);
  }

  #subscribe(frame) {
    const { head, packetId, filters } = mqtt.readSubscribe(frame, this.version);
    if (filters.length > MAX_FILTERS) { this.#end('more than 8 filters'); return; }
    const allowed = filters.map(({ filter }) => this.#allows('subscribe', filter));
    if (!allowed.includes(false)) { this.#broker.write(frame.bytes); return; }
    if (this.version !== 5) { this.#end('subscribe refused'); return; }
    // The broker sees the allowed filters only; its answer is completed on the way back.
    const answer = allowed.map((ok) => (ok ? null : mqtt.NOT_AUTHORIZED));
    const rest = filters.filter((_, i) => allowed[i]).map(({ bytes }) => bytes);
    if (rest.length === 0) { this.#send(mqtt.frame(mqtt.SUBACK, 0, [packetId >> 8, packetId & 255, 0], answer)); return; }
    this.#subacks.set(packetId, answer);
    this.#broker.write(mqtt.frame(mqtt.SUBSCRIBE, 2, head, ...rest));
  }

  /** From the broker to the client, as many packets in one WebSocket message as came in one piece. */
  #deliver(frames) {
    const bytes = frames.map((frame) => {
      if (frame.type === mqtt.SUBACK) return this.#complete(frame);
      return frame.type === mqtt.PUBLISH && !this.#mayReceive(frame) ? Buffer.alloc(0) : frame.bytes;
    });
    const message = Buffer.concat(bytes);
    if (message.length > 0 && !this.#ended) this.#send(message);
  }

  /** A message that the client may not receive is lost without a word; the broker must not wait for its PUBACK. */
  #mayReceive(frame) {
    const { topic, packetId } = mqtt.readPublish(frame, this.version);
    const allowed = this.#allows('receive', topic);
    if (!allowed && packetId !== undefined) this.#broker.write(Buffer.from([0x40, 2, packetId >> 8, packetId & 255]));
    return allowed;
  }

  #complete({ body, bytes }) {
    const answer = this.#subacks.get(body.readUInt16BE(0));
    if (answer === undefined) return bytes;
    this.#subacks.delete(body.readUInt16BE(0));
    const granted = body.length - answer.filter((code) => code === null).length;
    const codes = [...body.subarray(granted)];
    return mqtt.frame(mqtt.SUBACK, 0, body.subarray(0, granted), answer.map((code) => code ?? codes.shift()));
  }
}

/**
 * Starts a gateway in front of the broker at `brokerPort`.
 * {port, spki, cert, log, rules, sessions, clients, hold(), close()}: `rules` may be assigned at any time; `sessions` maps a
 * client ID to its session, which can be `cut()` or put on `hold()`; `clients` are all open sockets. `hold()` of the gateway
 * lets upgrades wait until the function that it returns is called. `now` gives milliseconds since 1970.
 */
export async function startGateway({ brokerPort, keys = KEYS, rules = {}, host = HOST, region = REGION, now = Date.now }) {
  const { key, cert, spki } = await makeCertificate(host);
  const gateway = { brokerPort, host, region, rules, spki, cert, log: new Log(), sessions: new Map() };
  const sockets = new WebSocketServer({
    noServer: true, perMessageDeflate: false, maxPayload: MAX_PAYLOAD, handleProtocols: () => 'mqtt',
  });
  gateway.clients = sockets.clients;
  let held = Promise.resolve();
  gateway.hold = () => {
    let release;
    held = new Promise((resolve) => { release = resolve; });
    return release;
  };
  const server = createServer({ key, cert }, (_, response) => response.writeHead(404).end('nothing here'));
  const refuse = (socket, status, reason) => {
    gateway.log.add({ event: 'upgrade refused', status, reason });
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  const connections = new Set();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    await held;
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    const path = request.url.split('?')[0];
    if (path !== '/mqtt') { refuse(socket, '404 Not Found', 'path'); return; }
    const reason = refusal({ url: request.url, host: request.headers.host, keys, region, now: now() });
    if (reason) { refuse(socket, '403 Forbidden', reason); return; }
    if (!offered.includes('mqtt')) { refuse(socket, '400 Bad Request', 'subprotocol'); return; }
    sockets.handleUpgrade(request, socket, head, (client) => {
      gateway.log.add({ event: 'upgraded' });
      new Session(gateway, client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gateway.port = server.address().port;
  gateway.close = async () => {
    server.close();
    for (const socket of connections) socket.destroy();
    await once(server, 'close');
  };
  return gateway;
}
