// What receives in Live as a bundle of its own, beside other MQTT clients: prints what it weighs and what its sessions take,
// and with MQTT_BENCH, a folder with a bench that takes an adapter (APP_DIR, PEERS), the medians of alternating runs of that:
// `MQTT_BENCH=~/bench make bench`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startMosquitto } from '../../gateway/mosquitto.mjs';
import { serve } from '../../serve.mjs';
import { compile, footprint, ISOLATED, launch, measured, shippedLevel } from '../browser.mjs';

const OUT = 'target/bench-mqtt';
const SCRIPTS = ['adapter.js', 'worker.js'];
const IDLE = 100;
const ROUNDS = 5;

/** Builds the bundle, prints its figures, and runs the bench where there is one. */
export async function mqttFigures() {
  compile('mqtt', shippedLevel(), OUT);
  for (const script of SCRIPTS) copyFileSync(join(import.meta.dirname, script), join(OUT, script));
  const bundle = [...SCRIPTS, 'mqtt.js', 'mqtt_bg.wasm'].map((file) => readFileSync(join(OUT, file)));
  const gzip = bundle.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  console.log(`\nLive's receiving part as a bundle: ${(gzip / 1000).toFixed(1)} kB gzip`);
  await idleSessions();
  if (process.env.MQTT_BENCH) beside(process.env.MQTT_BENCH);
}

/** What sessions take that only stand there, page and worker together. */
async function idleSessions() {
  writeFileSync(join(OUT, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><title>Bench</title>');
  const broker = await startMosquitto();
  const site = await serve(OUT, 0, '/', { more: ISOLATED });
  const browser = await launch();
  const page = await measured(browser);
  const open = async (from, to) => {
    await page.evaluate(async ([url, from, to]) => {
      globalThis.mqttPeers ??= {};
      await import('./adapter.js');
      for (let number = from; number < to; number += 1) await globalThis.mqttPeers.app().open(url, `idle-${number}`, () => {});
    }, [`ws://127.0.0.1:${broker.wsPort}`, from, to]);
    return footprint(page);
  };
  try {
    await page.goto(site.url);
    const one = await open(0, 1);
    const all = await open(1, IDLE);
    const [counted, wasm] = all.map((bytes, index) => ((bytes - one[index]) / 1024).toFixed(0));
    console.log(`${IDLE} idle sessions take ${counted} KiB of JavaScript and ${wasm} KiB of wasm more than one, page and worker`);
  } finally {
    await browser.close();
    await site.close();
    await broker.close();
  }
}

/** The median of each figure over rounds in which every peer has its turn: the machine's mood is the same for all. */
function beside(bench) {
  const figures = new Map();
  const round = (peers, ...tests) => {
    const env = { ...process.env, RUNS: 1, APP_DIR: resolve(OUT), PEERS: peers };
    const { status, stdout } = spawnSync('node', ['run.mjs', ...tests], { cwd: bench, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    // It may also stumble over its own tidying up, when all is measured.
    if (status !== 0 && stdout === '') throw new Error(`the bench in ${bench} ended with ${status}`);
    for (const [lost] of stdout.matchAll(/^.*LOST.*$/gm)) console.log(lost);
    for (const [, name, value, unit] of stdout.matchAll(/^((?:recv|ceil|fleet) .*?)\s(\d+) \([\d.]+\) ([^(;]*)/gm)) {
      const figure = figures.get(name) ?? figures.set(name, { unit: unit.trim(), values: [] }).get(name);
      figure.values.push(Number(value));
    }
  };
  for (let number = 0; number < ROUNDS; number += 1) {
    round('app,rawframes,mqttjs4,mqttjs5,paho', 'recv', 'ceiling');
    round('app,rawbytes', 'fleet');
  }
  for (const [name, { unit, values }] of figures) {
    values.sort((a, b) => a - b);
    console.log(`${name}  ${values[values.length >> 1]} (${values[0]}..${values.at(-1)}) ${unit}, ${values.length} rounds`);
  }
}
