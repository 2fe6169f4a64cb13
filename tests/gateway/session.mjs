// One client: from its CONNECT to the end of its socket. Answers as AWS IoT Core does, the broker does the rest.
//
// What AWS does on the wire is restated from the Developer Guide ("MQTT", "MQTT 5 reason codes", "Lifecycle events") and, where
// that is silent, from what users report: MQTT 3.1.1 is told nothing and closed, MQTT 5 gets reason code 0x87.
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import * as mqtt from './frames.mjs';
import { Link } from './link.mjs';
import { allows, goodClientId, goodTopic, MAX_FILTERS, MAX_PAYLOAD, MAX_SUBSCRIPTIONS } from './rules.mjs';

/** The reason code of a DISCONNECT in MQTT 5, by `disconnectReason`. All others are a plain close. */
const CODES = {
  API_INITIATED_DISCONNECT: mqtt.ADMINISTRATIVE_ACTION,
  AUTH_ERROR: mqtt.NOT_AUTHORIZED,
  DUPLICATE_CLIENTID: mqtt.SESSION_TAKEN_OVER,
  FORBIDDEN_ACCESS: mqtt.NOT_AUTHORIZED,
  MQTT_KEEP_ALIVE_TIMEOUT: mqtt.KEEP_ALIVE_TIMEOUT,
  SERVER_INITIATED_DISCONNECT: mqtt.SERVER_SHUTTING_DOWN,
  THROTTLED: mqtt.QUOTA_EXCEEDED,
};

export class Session {
  /** Lasting faults of this session, above those of the gateway. */
  faults = {};
  /** What is subscribed, from before this connection when it resumes a session. */
  filters = new Set();
  id = randomBytes(16).toString('hex');
  clientId = '';
  #gateway; #link; #admission; #broker; #aliases = new Map(); #subacks = new Map(); #keepAlive; #age;
  #fromClient = new mqtt.FrameReader();
  #fromBroker = new mqtt.FrameReader();
  #ended = false;

  /** `admission` is what was found at the handshake: {principal, seconds?, atConnect?}. */
  constructor(gateway, client, { admission, address }) {
    Object.assign(this, { principal: admission.principal, address });
    this.#gateway = gateway;
    this.#admission = admission;
    this.#link = new Link(client, () => this.#faults, {
      receive: (data, binary) => this.#guard(() => {
        if (!binary) throw new RangeError('a text message');
        for (const frame of this.#fromClient.push(data)) if (!this.#ended) this.#receive(frame);
      }),
      closed: (code) => this.#closed(code),
    });
  }

  /** Ends the session without a word, as a network does. */
  cut() { this.#link.cut(); }

  /** The next packet to the client loses its last byte, and then the network goes. */
  cutInPacket() { this.#link.cutInPacket(); }

  /** Half open: the socket stays, and nothing comes through any more. */
  hold() { this.#link.hold(); }

  /** Sends the client bytes that no broker sent. */
  inject(bytes) { this.#link.send(bytes); }

  /** Ends it as AWS does for one of its disconnect reasons, with or without a DISCONNECT. */
  end(disconnectReason) { this.#end('told to', disconnectReason); }

  /** A packet that the gateway made itself, as if the broker had sent it. */
  deliver(bytes) { this.#deliver(new mqtt.FrameReader().push(bytes)); }

  get #faults() { return { ...this.#gateway.faults, ...this.faults }; }

  #guard(work) {
    try { work(); } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#end(`malformed: ${error.message}`, 'CLIENT_ERROR');
    }
  }

  #note(event, details = {}) { this.#gateway.log.add({ event, clientId: this.clientId, version: this.version, ...details }); }

  /** Closes the socket; a reason code is for MQTT 5 only. */
  #end(reason, disconnectReason, code = CODES[disconnectReason] ?? null) {
    if (this.#ended) return;
    this.#note('closed by gateway', { reason, disconnectReason });
    if (code !== null && this.version === 5) this.#link.send(mqtt.frame(mqtt.DISCONNECT, 0, [code, 0]));
    this.#link.close();
    this.#leave(disconnectReason);
  }

  /** A close frame counts as a DISCONNECT, so the will is not sent. Without one the code is 1006. */
  #closed(code) {
    if (this.#ended) return;
    const lost = code === 1006;
    this.#note('closed by client', { code });
    if (!lost) this.#broker?.end(mqtt.frame(mqtt.DISCONNECT, 0));
    this.#leave(lost ? 'CONNECTION_LOST' : 'CLIENT_INITIATED_DISCONNECT');
  }

  #leave(disconnectReason) {
    this.#ended = true;
    clearTimeout(this.#keepAlive);
    clearTimeout(this.#age);
    if (disconnectReason === 'CLIENT_INITIATED_DISCONNECT') this.#broker?.end();
    else this.#broker?.destroy();
    if (this.#gateway.sessions.get(this.clientId) === this) this.#gateway.sessions.delete(this.clientId);
    if (this.#broker !== undefined) this.#gateway.kept.set(this.clientId, this.filters);
    if (this.#broker !== undefined) this.#gateway.presence.disconnected(this, disconnectReason);
  }

  #allows(action, name) {
    const allowed = allows(this.#gateway.rules, action, name);
    if (!allowed) this.#note('refused', { action, name });
    return allowed;
  }

  #receive(frame) {
    if (this.#broker === undefined) { this.#connect(frame); return; }
    this.#keepAlive?.refresh();
    if (frame.type === mqtt.CONNECT) this.#end('a second CONNECT', 'CLIENT_ERROR');
    else if (frame.type === mqtt.PUBLISH) this.#publish(frame);
    else if (frame.type === mqtt.SUBSCRIBE) this.#subscribe(frame);
    else {
      if (frame.type === mqtt.UNSUBSCRIBE) this.#unsubscribe(mqtt.readUnsubscribe(frame, this.version));
      this.#broker.write(frame.bytes);
      if (frame.type === mqtt.DISCONNECT) this.#end('DISCONNECT', 'CLIENT_INITIATED_DISCONNECT');
    }
  }

  #connect(frame) {
    if (frame.type !== mqtt.CONNECT) { this.#end('the first packet is not CONNECT', 'CLIENT_ERROR'); return; }
    const packet = mqtt.readConnect(frame);
    const { version, clientId, keepAlive } = packet;
    Object.assign(this, { version, clientId });
    const code = this.#refusal(packet);
    if (code !== null) {
      if (version === 5) this.#link.send(mqtt.frame(mqtt.CONNACK, 0, [0, code, 0]));
      this.#end('connect refused', 'AUTH_ERROR', null);
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
    this.#broker.on('close', () => this.#end('the broker closed', 'SERVER_ERROR'));
    this.#gateway.presence.connected(this);
    // Mosquitto counts in whole seconds and comes later.
    if (keepAlive > 0) this.#keepAlive = setTimeout(() => this.#end('keep alive', 'MQTT_KEEP_ALIVE_TIMEOUT'), keepAlive * 1500);
    this.#growOld();
  }

  /** The reason code of a CONNECT that is refused; null when it is not. */
  #refusal(packet) {
    const { clientId, will } = packet;
    const reason = this.#admission.atConnect?.(packet) ?? null;
    if (reason !== null) { this.#note('refused', { action: 'authenticate', name: reason }); return mqtt.NOT_AUTHORIZED; }
    if (!goodClientId(clientId)) return mqtt.CLIENT_ID_NOT_VALID;
    if (will !== undefined && will.qos > 1) return mqtt.QOS_NOT_SUPPORTED;
    if (will !== undefined && !goodTopic(will.topic)) return mqtt.TOPIC_NAME_INVALID;
    if (this.#gateway.connects.exceeds(clientId, this.#gateway.limits.connectsPerSecond)) return mqtt.QUOTA_EXCEEDED;
    const allowed = this.#allows('connect', clientId)
      && (will === undefined || (this.#allows('publish', will.topic) && (!will.retain || this.#allows('retain', will.topic))));
    if (!allowed) this.#gateway.presence.refused(this);
    return allowed ? null : mqtt.NOT_AUTHORIZED;
  }

  /** Another connection has taken the client ID. */
  takeOver() { this.#end('taken over', 'DUPLICATE_CLIENTID'); }

  /** A WebSocket has its age, and so has what a custom authorizer admitted. */
  #growOld() {
    const ages = [[this.#faults.maxAge, 'WEBSOCKET_TTL_EXPIRATION'], [this.#admission.seconds * 1000, 'CUSTOMAUTH_TTL_EXPIRATION']];
    const [first] = ages.filter(([age]) => age >= 0).sort(([a], [b]) => a - b);
    if (first !== undefined) this.#age = setTimeout(() => this.#end('too old', first[1]), first[0]);
  }

  #publish(frame) {
    const { topic: written, qos, retain, packetId, alias, size } = mqtt.readPublish(frame, this.version);
    if (alias !== undefined && written !== '') this.#aliases.set(alias, written);
    const topic = written === '' ? this.#aliases.get(alias) ?? '' : written;
    const refuse = (reason, code) => {
      if (this.version === 5 && qos === 1) this.#link.send(mqtt.frame(mqtt.PUBACK, 0, mqtt.word(packetId), [code]));
      else this.#end(reason, code === mqtt.NOT_AUTHORIZED ? 'AUTH_ERROR' : 'CLIENT_ERROR', code);
    };
    if (qos > 1) this.#end('QoS 2', 'CLIENT_ERROR', mqtt.QOS_NOT_SUPPORTED);
    else if (size > MAX_PAYLOAD) this.#end('payload too large', 'CLIENT_ERROR');
    else if (!goodTopic(topic)) refuse('topic', mqtt.TOPIC_NAME_INVALID);
    else if (!this.#allows('publish', topic) || (retain && !this.#allows('retain', topic))) refuse('publish refused', mqtt.NOT_AUTHORIZED);
    else if (!this.#gateway.publishes.exceeds(this.id, this.#gateway.limits.publishesPerSecond)) this.#broker.write(frame.bytes);
    // What is too much is dropped; only MQTT 5 can say so.
    else if (this.version === 5 && qos === 1) refuse('throttled', mqtt.QUOTA_EXCEEDED);
  }

  #subscribe(frame) {
    const { head, packetId, filters } = mqtt.readSubscribe(frame, this.version);
    if (filters.length > MAX_FILTERS) { this.#end('more than 8 filters', 'CLIENT_ERROR'); return; }
    if (filters.some(({ qos }) => qos > 1)) { this.#end('QoS 2', 'CLIENT_ERROR', mqtt.QOS_NOT_SUPPORTED); return; }
    const held = new Set(this.filters);
    const answer = filters.map(({ filter }) => {
      if (!goodTopic(filter)) return mqtt.TOPIC_FILTER_INVALID;
      if (!this.#allows('subscribe', filter)) return mqtt.NOT_AUTHORIZED;
      if (held.add(filter).size <= MAX_SUBSCRIPTIONS) return null;
      held.delete(filter);
      return this.version === 5 ? mqtt.QUOTA_EXCEEDED : 0x80;
    });
    // A SUBACK of MQTT 3.1.1 could say 0x80; AWS closes.
    if (this.version !== 5 && answer.includes(mqtt.TOPIC_FILTER_INVALID)) { this.#end('topic filter', 'CLIENT_ERROR'); return; }
    if (this.version !== 5 && answer.includes(mqtt.NOT_AUTHORIZED)) { this.#end('subscribe refused', 'AUTH_ERROR'); return; }
    // The broker sees the allowed filters only; its answer is completed on the way back.
    const rest = filters.filter((_, i) => answer[i] === null);
    this.#subacks.set(packetId, { answer, filters: rest.map(({ filter }) => filter) });
    if (rest.length > 0) this.#broker.write(mqtt.frame(mqtt.SUBSCRIBE, 2, head, ...rest.map(({ bytes }) => bytes)));
    else this.deliver(mqtt.frame(mqtt.SUBACK, 0, mqtt.word(packetId), this.version === 5 ? [0] : []));
  }

  #unsubscribe(topics) {
    for (const filter of topics) this.filters.delete(filter);
    this.#gateway.presence.unsubscribed(this, topics);
  }

  /** From the broker to the client, as many packets in one WebSocket message as came in one piece. */
  #deliver(frames) {
    const message = Buffer.concat(frames.map((frame) => this.#onTheWay(frame)));
    if (message.length > 0 && !this.#ended) this.#link.send(message);
  }

  /** What becomes of a packet of the broker before it is sent. */
  #onTheWay(frame) {
    const { loseSuback, doublePuback } = this.#faults;
    const nothing = Buffer.alloc(0);
    if (frame.type === mqtt.CONNACK) return this.#accepted(frame);
    if (frame.type === mqtt.SUBACK) return loseSuback ? nothing : this.#complete(frame);
    if (frame.type === mqtt.PUBACK && doublePuback) return Buffer.concat([frame.bytes, frame.bytes]);
    return frame.type === mqtt.PUBLISH && !this.#mayReceive(frame) ? nothing : frame.bytes;
  }

  /**
   * CONNACK as AWS sends it: in MQTT 5 it says what the broker behind would support, and AWS does not (Developer Guide, MQTT,
   * "differences from the specifications").
   */
  #accepted({ body, bytes }) {
    const [present, code] = body;
    if (present & 1) this.filters = new Set(this.#gateway.kept.get(this.clientId));
    if (this.version !== 5 || code !== mqtt.SUCCESS) return bytes;
    return mqtt.frame(mqtt.CONNACK, 0, mqtt.withProperties(body, 2, [mqtt.MAXIMUM_QOS, 1, mqtt.SUBSCRIPTION_IDENTIFIERS_AVAILABLE, 0]));
  }

  /** A message that the client may not receive is lost without a word; the broker must not wait for its PUBACK. */
  #mayReceive(frame) {
    const { topic, packetId } = mqtt.readPublish(frame, this.version);
    const allowed = this.#allows('receive', topic);
    if (!allowed && packetId !== undefined) this.#broker.write(mqtt.frame(mqtt.PUBACK, 0, mqtt.word(packetId)));
    return allowed;
  }

  #complete({ body, bytes }) {
    const packetId = body.readUInt16BE(0);
    const due = this.#subacks.get(packetId);
    if (due === undefined) return bytes;
    this.#subacks.delete(packetId);
    const granted = body.length - due.filters.length;
    const codes = [...body.subarray(granted)];
    const topics = due.filters.filter((_, i) => codes[i] < 0x80);
    for (const filter of topics) this.filters.add(filter);
    if (topics.length > 0) this.#gateway.presence.subscribed(this, topics);
    return mqtt.frame(mqtt.SUBACK, 0, body.subarray(0, granted), due.answer.map((code) => code ?? codes.shift()));
  }
}
