// A client that knows how to open a socket, send bytes and wait for bytes. It shares no code with the gateway's rules.
import WebSocket from 'ws';
import { frame, text, word } from './frames.mjs';

/** A CONNECT with clean start, unless the session is to stay for an hour. `will` is a topic; the message is "gone". */
export function connectPacket(version, clientId, { will, willQos = 0, keepAlive = 60, username, password, stay = false } = {}) {
  const flags = (stay ? 0 : 2) | (will === undefined ? 0 : 4 | (willQos << 3)) | (username === undefined ? 0 : 128) | (password === undefined ? 0 : 64);
  const properties = version === 5 ? [0] : [];
  return frame(
    1, 0, text('MQTT'), [version, flags], word(keepAlive),
    version === 5 && stay ? [5, 0x11, 0, 0, ...word(3600)] : properties, text(clientId),
    ...(will === undefined ? [] : [properties, text(will), text('gone')]),
    ...[username, password].filter((field) => field !== undefined).map(text),
  );
}
export const publishPacket = (version, topic, payload, { qos = 0, retain = false, packetId = 1 } = {}) => frame(
  3, (qos << 1) | Number(retain), text(topic), qos > 0 ? word(packetId) : [], version === 5 ? [0] : [],
  Buffer.from(payload),
);
export const subscribePacket = (version, packetId, ...filters) => frame(
  8, 2, word(packetId), version === 5 ? [0] : [], ...filters.map((filter) => Buffer.concat([text(filter), Buffer.from([1])])),
);

/** Opens `url`, whose host is mapped to `port` on this machine, and resolves to the HTTP status: 101 is a socket. */
export function open({ url, port, cert, host, protocol = 'mqtt' }) {
  const { hostname, pathname, search } = new URL(url);
  const socket = new WebSocket(`wss://127.0.0.1:${port}${pathname}${search}`, protocol, {
    ca: cert, servername: hostname, headers: { Host: host ?? hostname },
  });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => { response.resume(); socket.terminate(); resolve({ status: response.statusCode }); });
    socket.on('open', () => resolve({ status: 101, client: new Client(socket) }));
    socket.on('error', reject);
  });
}

class Client {
  #bytes = Buffer.alloc(0);
  #wake = () => {};

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.on('close', (code) => { this.code = code; this.#wake(); resolve(code); }));
    socket.removeAllListeners('error');
    socket.on('error', () => {});
    socket.on('message', (data) => { this.#bytes = Buffer.concat([this.#bytes, data]); this.#wake(); });
  }

  send(...packets) { this.socket.send(Buffer.concat(packets)); return this; }

  /** The next so many bytes as hexadecimal; fewer when the socket closes first. */
  async take(length) {
    while (this.#bytes.length < length && this.code === undefined) await new Promise((resolve) => { this.#wake = resolve; });
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return taken.toString('hex');
  }

  /** All bytes until the socket closes. */
  async rest() { await this.closed; return this.take(Infinity); }

  close() { this.socket.terminate(); }
}
