// What receives in Live as a bundle of its own, beside other MQTT clients: prints what it weighs, and with MQTT_BENCH, a folder
// with a bench that takes an adapter (APP_DIR, PEERS), runs that: `MQTT_BENCH=~/bench make bench`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { compile, shippedLevel } from '../browser.mjs';

const OUT = 'target/bench-mqtt';

/** Builds the bundle, prints its weight, and runs the bench where there is one. */
export function mqttFigures() {
  compile('mqtt', shippedLevel(), OUT);
  for (const script of ['adapter.js', 'worker.js']) copyFileSync(join(import.meta.dirname, script), join(OUT, script));
  const bundle = ['adapter.js', 'worker.js', 'mqtt.js', 'mqtt_bg.wasm'].map((file) => readFileSync(join(OUT, file)));
  const gzip = bundle.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  console.log(`Live's receiving part as a bundle: ${(gzip / 1000).toFixed(1)} kB gzip`);
  if (process.env.MQTT_BENCH) {
    const env = { ...process.env, APP_DIR: resolve(OUT), PEERS: process.env.PEERS ?? 'app,rawframes,mqttjs4,mqttjs5,paho' };
    spawnSync('node', ['run.mjs', 'recv', 'ceiling'], { cwd: process.env.MQTT_BENCH, env, stdio: 'inherit' });
  }
}
