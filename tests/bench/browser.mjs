// Figures of the page in a real browser: how fast the engine decides in it, how soon a key stroke is answered, how soon the
// first answer can be read on a slow line, and the memory that it takes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { longLog } from '../e2e/logs.mjs';
import { startMosquitto } from '../gateway/mosquitto.mjs';
import { serve } from '../serve.mjs';

const WASM = 'wasm32-unknown-unknown';
const OUT = 'target/bench-page';
const STROKES = 200;
/** What Lighthouse calls slow 4G: 1.6 Mbit/s down, 750 kbit/s up, 150 ms there and back. */
const SLOW_4G = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const SLOW_CPU = { rate: 4 };
/** Another site cannot be in the process whose memory is measured. */
export const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Chromium, as it measures memory at once. */
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--enable-blink-features=ForceEagerMeasureMemory'],
});

/** A page of which `footprint` can say what it takes. */
export async function measured(browser, options) {
  const page = await browser.newPage(options);
  await page.addInitScript(() => {
    globalThis.memories = [];
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...from) => {
      const made = await instantiateStreaming.apply(WebAssembly, from);
      globalThis.memories.push(made.instance.exports.memory);
      return made;
    };
  });
  return page;
}

/**
 * What a page and its workers take, in bytes: JavaScript and DOM after collection, and wasm, which the browser leaves out of its
 * figure (10 MiB of it in a page and 20 MiB in a worker changed nothing).
 */
export async function footprint(page) {
  const [counted, own, script] = await page.evaluate(async () => [
    (await performance.measureUserAgentSpecificMemory()).bytes,
    globalThis.memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
    performance.getEntriesByType('resource').map(({ name }) => name).find((name) => /\/(sessions|mqtt)[^/]*\.js$/.test(name)),
  ]);
  const workers = await Promise.all(page.workers().map((worker) => worker.evaluate(async (script) => {
    // What runs already is only handed out, and it runs when it listens.
    while (!globalThis.onmessage) await new Promise((resolve) => { setTimeout(resolve, 10); });
    const { default: init } = await import(script);
    return (await init()).memory.buffer.byteLength;
  }, script)));
  return [counted, workers.reduce((sum, bytes) => sum + bytes, own)];
}

const megabytes = async (page) => `${(await footprint(page)).map((bytes) => (bytes / 1e6).toFixed(1)).join(' + ')} MB`;

/** Prints everything. `levels` are the optimisation levels at which the engine is measured; the first is the shipped one. */
export async function browserFigures(levels) {
  levels.forEach(buildEngine);
  const browser = await launch();
  const site = await serve('dist', 0, '/', { asHosted: true, more: ISOLATED });
  try {
    for (const level of levels) await engine(browser, level);
    await keyStrokes(browser, site);
    await firstAnswer(browser, site);
    await memory(browser, site);
    await longRun(browser, site);
    await manySessions(browser, site);
  } finally {
    await site.close();
    await browser.close();
  }
}

/** Makes tests/bench/engine.rs a page of its own, compiled as the page is. */
function buildEngine(level) {
  const out = join(OUT, level);
  compile('engine', level, out);
  writeFileSync(join(out, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><title>Bench</title>');
}

/** Compiles a bench for the browser into a folder. */
export function compile(bench, level, out) {
  const run = (command, args, env = {}) => {
    const { status, stdout, stderr, error } = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 28 });
    if (status !== 0) throw new Error(`${command} failed: ${error ?? stderr}`);
    return stdout;
  };
  const built = run('cargo', ['build', '--release', '--locked', '--bench', bench, '--target', WASM, '--message-format', 'json'],
    { CARGO_PROFILE_RELEASE_OPT_LEVEL: level });
  const program = built.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    .findLast(({ target, filenames }) => target?.name === bench && filenames).filenames.find((name) => name.endsWith('.wasm'));
  mkdirSync(out, { recursive: true });
  run('wasm-bindgen', ['--target', 'web', '--no-typescript', '--out-dir', out, '--out-name', bench, program]);
  const wasm = join(out, `${bench}_bg.wasm`);
  run('wasm-opt', [`-O${level}`, wasm, '--output', wasm]);
}

async function engine(browser, level) {
  const site = await serve(join(OUT, level));
  const page = await browser.newPage();
  await page.goto(site.url);
  const table = await page.evaluate(async () => {
    const { default: init, table: measure } = await import('./engine.js');
    await init();
    return measure();
  });
  console.log(`\nin Chromium ${browser.version()}, wasm, opt-level ${level}\n${table.trimEnd()}`);
  await page.close();
  await site.close();
}

/** The program has drawn in place of the example. */
const takenOver = (page) => page.waitForFunction(() => document.readyState !== 'loading' && document.getElementById('example') === null);

/** From a key stroke to the frame that shows its answer. */
async function keyStrokes(browser, site) {
  const page = await browser.newPage();
  await page.goto(site.url);
  await takenOver(page);
  await page.getByLabel('Policy document (JSON)').fill(policyOf(2048));
  await page.evaluate(() => {
    globalThis.waits = [];
    let since = null;
    addEventListener('keydown', (event) => { since = event.timeStamp; }, true);
    new MutationObserver(() => {
      if (since === null) return;
      const begin = since;
      since = null;
      // A task after the frame: by then it has been painted.
      requestAnimationFrame(() => setTimeout(() => globalThis.waits.push(performance.now() - begin)));
    }).observe(document.getElementById('main'), { childList: true, subtree: true, characterData: true, attributes: true });
  });
  await page.getByLabel('Client IDs').focus();
  for (let stroke = 1; stroke <= STROKES; stroke++) {
    await page.keyboard.press(String(stroke % 10));
    await page.waitForFunction((count) => globalThis.waits.length >= count, stroke);
  }
  const waits = (await page.evaluate(() => globalThis.waits)).sort((a, b) => a - b);
  const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))].toFixed(1);
  console.log(`\nkey stroke to the painted answer, policy of 2048 characters, ${STROKES} strokes: median ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms`);
  await page.close();
}

/** On a slow line and a slow machine, with nothing cached: when the verdict is painted, and when the program has taken over. */
async function firstAnswer(browser, site) {
  const context = await browser.newContext({ viewport: { width: 360, height: 800 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', SLOW_4G);
  await devtools.send('Emulation.setCPUThrottlingRate', SLOW_CPU);
  await page.addInitScript(() => {
    globalThis.moments = {};
    const painted = (name, holds) => requestAnimationFrame(function look() {
      if (holds()) requestAnimationFrame(() => { globalThis.moments[name] = performance.now(); });
      else requestAnimationFrame(look);
    });
    painted('answer', () => document.getElementById('verdict')?.getClientRects().length > 0);
    painted('program', () => document.readyState !== 'loading' && document.getElementById('example') === null);
    new PerformanceObserver((list) => { globalThis.moments.largest = list.getEntries().at(-1).startTime; })
      .observe({ type: 'largest-contentful-paint', buffered: true });
  });
  await page.goto(site.url);
  await page.waitForFunction(() => globalThis.moments.program > 0, null, { timeout: 120_000 });
  const moments = await page.evaluate(() => globalThis.moments);
  const seconds = (time) => `${(time / 1000).toFixed(2)} s`;
  console.log(`\nslow 4G, CPU 4x, first visit: verdict painted after ${seconds(moments.answer)} (largest paint ${seconds(moments.largest)}), `
    + `the program has taken over after ${seconds(moments.program)}`);
  await context.close();
}

/** What the page holds: what the browser counts, and the programs' own memory, which never shrinks and is therefore its peak. */
async function memory(browser, site) {
  const page = await measured(browser);
  await page.goto(site.url);
  await takenOver(page);
  const figures = [`opened ${await megabytes(page)}`];
  await page.getByLabel('Policy document (JSON)').fill(policyOf(2048));
  await page.getByLabel('Client IDs').fill(Array.from({ length: 50 }, (_, number) => `client-${number}`).join('\n'));
  figures.push(`50 client IDs asked ${await megabytes(page)}`);
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByRole('grid', { name: 'Event log' }).waitFor();
  figures.push(`with Simulate ${await megabytes(page)}`);
  console.log(`\nmemory (JavaScript and DOM + wasm): ${figures.join(', ')}`);
  await page.close();
}

/** The longest tasks while ten thousand events are stepped through, scrolled and filtered, and those above 50 ms. */
async function longRun(browser, site) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(site.url);
  await takenOver(page);
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByLabel('Open a scenario or a log').setInputFiles({ name: 'long.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(longLog(10_000)) });
  const table = page.getByRole('grid', { name: 'Event log' });
  await table.and(page.locator('[aria-rowcount="10001"]')).waitFor();
  const frames = () => page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const longest = async (work) => {
    await page.evaluate(() => {
      globalThis.tasks = [];
      globalThis.watch ??= new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration)));
      globalThis.watch.observe({ type: 'longtask' });
    });
    await work();
    await frames();
    const tasks = await page.evaluate(() => [...globalThis.tasks, ...globalThis.watch.takeRecords().map(({ duration }) => duration)]);
    return tasks.length === 0 ? 'none' : `${tasks.length}, the longest ${Math.max(...tasks).toFixed(0)} ms`;
  };
  const press = (key, times) => async () => {
    for (let time = 0; time < times; time++) {
      await page.keyboard.press(key);
      await frames();
    }
  };
  // A run is opened at its most interesting event, which may be the last one.
  await page.getByRole('slider', { name: 'Event' }).press('Home');
  const stepping = await longest(press('ArrowRight', 100));
  await table.press('Home');
  const leafing = await longest(press('PageDown', 100));
  await table.press('Home');
  const scrolling = await longest(async () => {
    const { x, y } = await page.locator('.t-log').boundingBox();
    await page.mouse.move(x + 40, y + 100);
    for (let time = 0; time < 100; time++) {
      await page.mouse.wheel(0, 800);
      await frames();
    }
  });
  const filtering = await longest(async () => {
    await page.getByLabel('Filter: words, or session:A').pressSequentially('session:S3 sent');
    await page.getByText(/ of 10000 events$/).waitFor();
  });
  console.log(`\n10,000 events, tasks above 50 ms: stepping ${stepping}; leafing ${leafing}; scrolling ${scrolling}; filtering ${filtering}`);
  await page.close();
}

/**
 * Live with as many sessions as a plan may have: until all stand, what one message to all of them takes until it is in the log, and
 * what they cost. mosquitto 2.0 takes about 200 ms for each new WebSocket, whoever connects.
 */
async function manySessions(browser, site, count = 200) {
  const broker = await startMosquitto();
  const page = await measured(browser, { viewport: { width: 1280, height: 800 } });
  const press = (name) => page.getByRole('button', { name, exact: true }).click();
  const seconds = async (work) => {
    const since = performance.now();
    await work();
    return ((performance.now() - since) / 1000).toFixed(2);
  };
  try {
    await page.goto(site.url);
    await takenOver(page);
    await press('Live');
    await page.getByLabel('Endpoint', { exact: true }).fill(`ws://127.0.0.1:${broker.wsPort}`);
    await press('Lock the page to it');
    await page.getByRole('radio', { name: /plain/ }).check();
    await page.getByRole('checkbox', { name: /Without the limits of this tab/ }).check();
    const before = await megabytes(page);
    const names = Array.from({ length: count }, (_, number) => `S${number + 1}`);
    const plan = {
      format: 'policylab-scenario/1', end: 60, who: [{ name: 'device', region: 'eu-west-1', accountId: '123456789012', principal: { kind: 'x509' }, policies: [] }],
      clients: names.map((name) => ({
        name, who: 'device', clientId: `iotlab-${name}`, onConnect: [{ do: 'subscribe', filter: 'iotlab/all', qos: 0 }],
      })),
      steps: names.map((session) => ({ at: 0, session, do: 'connect' })),
    };
    await page.getByLabel('Open a plan').setInputFiles({ name: 'many.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(plan)) });
    await page.getByRole('group', { name: 'Session S1', exact: true }).waitFor();
    const connected = await seconds(async () => {
      await press('Run the plan');
      await page.getByText(`${count} of ${count} connected.`).waitFor({ timeout: 180_000 });
    });
    const first = page.getByRole('group', { name: 'Session S1', exact: true });
    await first.getByLabel('Publishes to').fill('iotlab/all');
    await first.getByLabel('Message', { exact: true }).fill('hello');
    await page.getByLabel('Filter: words, or session:A').fill('type:PUBLISH dir:received');
    const told = await seconds(async () => {
      await press('Publish S1');
      await page.getByText(new RegExp(`^${count} of \\d+ events$`)).waitFor();
    });
    console.log(`\n${count} live sessions at mosquitto: all connected after ${connected} s, a message to all of them in the log after ${told} s, `
      + `memory (JavaScript and DOM + wasm, page and worker) ${before} before, ${await megabytes(page)} with all`);
  } finally {
    await page.close();
    await broker.close();
  }
}

/** A policy of so many characters, most of them in statements. */
function policyOf(length) {
  const statement = (number) => ({ Effect: 'Allow', Action: 'iot:Publish', Resource: `arn:aws:iot:eu-west-1:123456789012:topic/s${number}/\${iot:ClientId}/*` });
  const policy = { Version: '2012-10-17', Id: '', Statement: [] };
  while (JSON.stringify(policy).length + JSON.stringify(statement(policy.Statement.length)).length + 1 < length) {
    policy.Statement.push(statement(policy.Statement.length));
  }
  policy.Id = 'x'.repeat(length - JSON.stringify(policy).length);
  return JSON.stringify(policy);
}

/** The optimisation level of the shipped program. */
export const shippedLevel = () => /\[profile\.release\]\s+opt-level = "?(\w)"?/.exec(readFileSync('Cargo.toml', 'utf8'))[1];
