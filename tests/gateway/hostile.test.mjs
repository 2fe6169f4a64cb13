import assert from 'node:assert/strict';
import { test } from 'node:test';
import WebSocket from 'ws';
import { ATTACKS, noise, startHostile } from './hostile.mjs';

test('noise is the same for the same seed', () => {
  assert.deepEqual(noise(7, 64), noise(7, 64));
  assert.notDeepEqual(noise(7, 64), noise(8, 64));
});

for (const [name, messages] of [...Object.entries(ATTACKS), ['noise', [noise(1, 4096)]]]) {
  test(`sends ${name} once the client has spoken`, async () => {
    const server = await startHostile(messages);
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/mqtt`, 'mqtt');
    const received = [];
    await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('open', () => socket.send(Buffer.from([0x10, 0])));
      socket.on('message', (data, binary) => {
        received.push(binary ? [...data] : String(data));
        if (received.length === messages.length) resolve();
      });
    });
    assert.deepEqual(received, messages.map((message) => (typeof message === 'string' ? message : [...message])));
    socket.terminate();
    await server.close();
  });
}
