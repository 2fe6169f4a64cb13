// A WebSocket server on loopback that answers with bytes no broker would send: a client must say so and close, not break.
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const CONNACK = [0x20, 2, 0, 0];

/** What can be sent after the upgrade: name -> list of WebSocket messages. */
export const ATTACKS = {
  'a length of five bytes': [[0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  'a frame of 256 MiB announced': [[0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1, 97]],
  'a reserved packet type': [CONNACK, [0x00, 0]],
  'a CONNACK that ends early': [[0x20, 1, 0]],
  'a PUBLISH before CONNACK': [[0x30, 4, 0, 1, 97, 98]],
  'a topic longer than its packet': [CONNACK, [0x30, 3, 0xff, 0xff, 97]],
  'a topic that is not UTF-8': [CONNACK, [0x30, 4, 0, 2, 0xc3, 0x28]],
  'a PUBLISH with QoS 3': [CONNACK, [0x36, 5, 0, 1, 97, 0, 1]],
  'a PUBACK for nothing': [CONNACK, [0x40, 2, 0, 77]],
  'a packet that only clients send': [CONNACK, [0x10, 0]],
  'text instead of bytes': ['{"not":"mqtt"}'],
  'one byte a message': CONNACK.map((byte) => [byte]),
};

/** Bytes from a seed (xorshift32), so that a failure can be seen again. */
export function noise(seed, length) {
  let state = seed | 1;
  return Buffer.from(Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  }));
}

/** {port, close()}: each client gets `messages`, each a text or a list of bytes, as soon as it has said something. */
export async function startHostile(messages) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'mqtt', perMessageDeflate: false });
  server.on('connection', (client) => {
    client.on('error', () => client.terminate());
    client.once('message', () => {
      for (const message of messages) client.send(typeof message === 'string' ? message : Buffer.from(message));
    });
  });
  await once(server, 'listening');
  return {
    port: server.address().port,
    close: async () => {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}
