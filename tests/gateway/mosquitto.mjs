// A real broker on free loopback ports, with a configuration of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { accepts, freePorts } from './ports.mjs';

// Debian keeps it where an ordinary user's PATH does not lead.
const PATH = `${process.env.PATH}:/usr/sbin`;
// How long the broker may take to accept connections, in milliseconds.
const PATIENCE = 10_000;

// Mosquitto 2.0.11 exits without a plain listener, and its WebSocket listener ignores the address that is given to it:
// only `bind_interface` together with `socket_domain` keeps it on loopback. The limits are lifted, because
// otherwise the broker drops messages for slow readers without a word.
const configuration = (tcp, ws) => `
persistence false
max_queued_messages 0
max_queued_bytes 0
max_inflight_messages 0
listener ${tcp} 127.0.0.1
listener ${ws} 127.0.0.1
bind_interface lo
socket_domain ipv4
protocol websockets
allow_anonymous true
`;

/**
 * {port, wsPort, output, kill(), start(), close()}: MQTT over TCP, MQTT over WebSocket, and what the broker wrote so far. `kill()`
 * is sudden, as a crash is; `start()` brings it back on the same ports, with nothing that it knew.
 */
export async function startMosquitto() {
  const [port, wsPort] = await freePorts(2);
  const folder = await mkdtemp(join(tmpdir(), 'policylab-mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, configuration(port, wsPort));
  const output = [];
  let broker, gone;

  const end = async (signal) => {
    broker.kill(signal);
    await gone;
  };
  const close = async () => {
    await end('SIGTERM');
    await rm(folder, { recursive: true, force: true });
  };
  const start = async () => {
    broker = spawn('mosquitto', ['-c', file, '-v'], { env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] });
    gone = once(broker, 'close').catch((error) => output.push(String(error)));
    broker.stdout.on('data', (data) => output.push(String(data)));
    broker.stderr.on('data', (data) => output.push(String(data)));
    const deadline = Date.now() + PATIENCE;
    for (let up = false; !up; ) {
      up = (await accepts(port)) && (await accepts(wsPort));
      if (!up && (broker.exitCode !== null || Date.now() > deadline)) {
        await close();
        throw new Error(`mosquitto does not accept connections:\n${output.join('')}`);
      }
      if (!up) await pause(20);
    }
  };
  await start();
  return { port, wsPort, output, kill: () => end('SIGKILL'), start, close };
}
