// Just enough MQTT for a gateway: whole frames out of a stream, and the few fields that rules look at.
// Control packet types and fields: MQTT 3.1.1 and MQTT 5, chapters 2 and 3.

export const CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4, SUBSCRIBE = 8, SUBACK = 9, UNSUBSCRIBE = 10, DISCONNECT = 14;
/** Reason codes of MQTT 5, those that the Developer Guide lists under "MQTT 5 reason codes". */
export const CLIENT_ID_NOT_VALID = 0x85, NOT_AUTHORIZED = 0x87, SERVER_SHUTTING_DOWN = 0x8b, KEEP_ALIVE_TIMEOUT = 0x8d,
  SESSION_TAKEN_OVER = 0x8e, TOPIC_FILTER_INVALID = 0x8f, TOPIC_NAME_INVALID = 0x90, QUOTA_EXCEEDED = 0x97,
  ADMINISTRATIVE_ACTION = 0x98, QOS_NOT_SUPPORTED = 0x9b;

/** A reason code, and two properties of CONNACK (MQTT 5, 3.2.2.3). */
export const SUCCESS = 0, MAXIMUM_QOS = 0x24, SUBSCRIPTION_IDENTIFIERS_AVAILABLE = 0x29;

export const word = (number) => [number >> 8, number & 255];

/** Cuts a byte stream into frames: {type, flags, body, bytes}. Throws on a length that MQTT does not have. */
export class FrameReader {
  #rest = Buffer.alloc(0);

  push(chunk) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames = [];
    for (let frame = this.#next(); frame; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next() {
    const length = readVarint(this.#rest, 1);
    if (!length || this.#rest.length < length.end + length.value) return null;
    const end = length.end + length.value;
    const bytes = this.#rest.subarray(0, end);
    this.#rest = this.#rest.subarray(end);
    return { type: bytes[0] >> 4, flags: bytes[0] & 15, body: bytes.subarray(length.end), bytes };
  }
}

/** A variable byte integer: {value, end}, or null when bytes are missing. */
function readVarint(buffer, at) {
  let value = 0;
  for (let i = 0; i < 4; i += 1) {
    if (at + i >= buffer.length) return null;
    value += (buffer[at + i] & 127) * 128 ** i;
    if (buffer[at + i] < 128) return { value, end: at + i + 1 };
  }
  throw new RangeError('a remaining length of more than four bytes');
}

function varint(value) {
  const bytes = [];
  do {
    bytes.push((value % 128) | (value > 127 ? 128 : 0));
    value = Math.floor(value / 128);
  } while (value > 0);
  return Buffer.from(bytes);
}

export function frame(type, flags, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([(type << 4) | flags]), varint(body.length), body]);
}

export function text(string) {
  const bytes = Buffer.from(string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

/** Reads the parts of a body one after the other. Reading past the end throws a RangeError. */
class Cursor {
  constructor(body) { this.body = body; this.at = 0; }
  get done() { return this.at >= this.body.length; }
  byte() { const value = this.body.readUInt8(this.at); this.at += 1; return value; }
  word() { const value = this.body.readUInt16BE(this.at); this.at += 2; return value; }
  take(length) {
    if (this.at + length > this.body.length) throw new RangeError('a field that ends after its packet');
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }
  text() { return this.take(this.word()).toString(); }
  properties() {
    const length = readVarint(this.body, this.at);
    if (!length) throw new RangeError('properties without a length');
    this.at = length.end;
    return this.take(length.value);
  }
}

/** The body of a packet whose properties begin at `at`, with more of them. */
export function withProperties(body, at, more) {
  const cursor = new Cursor(body);
  cursor.take(at);
  const properties = cursor.properties();
  const all = Buffer.concat([properties, Buffer.from(more)]);
  return Buffer.concat([body.subarray(0, at), varint(all.length), all, body.subarray(cursor.at)]);
}

/** {version, clientId, keepAlive, will?: {topic, qos, retain}, username?, password?} of a CONNECT. */
export function readConnect({ body }) {
  const cursor = new Cursor(body);
  cursor.text();
  const version = cursor.byte();
  const flags = cursor.byte();
  const keepAlive = cursor.word();
  if (version === 5) cursor.properties();
  const connect = { version, keepAlive, clientId: cursor.text() };
  if (flags & 4) {
    if (version === 5) cursor.properties();
    connect.will = { topic: cursor.text(), qos: (flags >> 3) & 3, retain: (flags & 32) !== 0 };
    cursor.take(cursor.word());
  }
  if (flags & 128) connect.username = cursor.text();
  if (flags & 64) connect.password = Buffer.from(cursor.take(cursor.word()));
  return connect;
}

/** {topic, qos, retain, packetId?, alias?, size} of a PUBLISH. A topic alias stands first among the properties or is not seen. */
export function readPublish({ flags, body }, version) {
  const cursor = new Cursor(body);
  const topic = cursor.text();
  const qos = (flags >> 1) & 3;
  const packetId = qos > 0 ? cursor.word() : undefined;
  const properties = version === 5 ? cursor.properties() : Buffer.alloc(0);
  const alias = properties[0] === 0x23 ? properties.readUInt16BE(1) : undefined;
  return { topic, qos, retain: (flags & 1) !== 0, packetId, alias, size: body.length - cursor.at };
}

/** {head, packetId, filters: [{filter, qos, bytes}]} of a SUBSCRIBE, head being all that stands before the filters. */
export function readSubscribe({ body }, version) {
  const cursor = new Cursor(body);
  const packetId = cursor.word();
  if (version === 5) cursor.properties();
  const head = body.subarray(0, cursor.at);
  const filters = [];
  while (!cursor.done) {
    const start = cursor.at;
    const filter = cursor.text();
    const qos = cursor.byte() & 3;
    filters.push({ filter, qos, bytes: body.subarray(start, cursor.at) });
  }
  return { head, packetId, filters };
}

/** The filters of an UNSUBSCRIBE. */
export function readUnsubscribe({ body }, version) {
  const cursor = new Cursor(body);
  cursor.word();
  if (version === 5) cursor.properties();
  const filters = [];
  while (!cursor.done) filters.push(cursor.text());
  return filters;
}
