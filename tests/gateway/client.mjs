// A client that knows how to open a socket, send bytes and wait for bytes. It shares no code with the gateway's rules.
import WebSocket from 'ws';
import { frame, text } from './frames.mjs';

/** A CONNECT with a keep alive of a minute and clean start. `will` is a topic; the message is "gone". */
export const connectPacket = (version, clientId, will) => frame(
  1, 0, text('MQTT'), [version, will === undefined ? 2 : 6, 0, 60], version === 5 ? [0] : [], text(clientId),
  ...(will === undefined ? [] : [version === 5 ? [0] : [], text(will), text('gone')]),
);
export const publishPacket = (version, topic, payload, { qos = 0, retain = false, packetId = 1 } = {}) => frame(
  3, (qos << 1) | Number(retain), text(topic), qos > 0 ? [packetId >> 8, packetId & 255] : [], version === 5 ? [0] : [],
  Buffer.from(payload),
);
export const subscribePacket = (version, packetId, ...filters) => frame(
  8, 2, [packetId >> 8, packetId & 255], version === 5 ? [0] : [], ...filters.map((filter) => Buffer.concat([text(filter), Buffer.from([1])])),
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
