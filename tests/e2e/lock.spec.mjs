// The lock: which hosts a script can reach from the page, whoever wrote it, wherever and whenever it runs.
//
// Late is a script that runs in the page as it stands. Early is one right behind boot.js, before the program: the first
// moment at which a script that is not the page's own can run under its policies. What runs before boot.js (an extension,
// another page from the same server) is beyond what a page can control, and nothing is claimed of it.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attackOn, probeWorker, startStranger } from './attack.mjs';
import { expect, test as lab, workerOf } from './lab.mjs';

const OPEN = '<!doctype html><html lang="en"><title>No lock</title><link rel="icon" href="data:,"><body></body></html>';

const workerFile = ({ port }) => `probe-${port}.js`;
/** The attack on a host, as source text. */
const attack = (server) => attackOn(server.host, `/lab/${workerFile(server)}`);

/** Runs behind boot.js: attacks, and then sees to it that the worker that the program will start is the attacker's. */
const early = (script) => `const attack = ${JSON.stringify(`globalThis.found = ${script};`)};
const mine = URL.createObjectURL(new Blob([attack], { type: 'text/javascript' }));
globalThis.found = ${script};
URL.createObjectURL = () => mine;`;

const test = lab.extend({
  strangers: [async ({}, use) => {
    const strangers = await Promise.all([startStranger(), startStranger()]);
    await use(strangers);
    await Promise.all(strangers.map((stranger) => stranger.close()));
  }, { scope: 'worker' }],
  // Beside the page: one without a lock, and one with an early intruder. They are served, not slipped in by Playwright: what
  // comes from nowhere may not talk to this machine anyway, and the lock would have no part in it.
  root: [async ({ root, strangers }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'policylab-lock-'));
    await cp(root, folder, { recursive: true });
    const page = await readFile(join(root, 'index.html'), 'utf8');
    const files = {
      'open.html': OPEN,
      'early.html': page.replace(/<script src="[^"]*boot-[^"]*".*?<\/script>/, '$&<script src="./early.js"></script>'),
      'early.js': early(attack(strangers[0])),
      ...Object.fromEntries(strangers.map((server) => [workerFile(server), probeWorker(server.host)])),
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    await use(folder);
    await rm(folder, { recursive: true });
  }, { scope: 'worker' }],
  /** A host that nobody named. */
  stranger: async ({ strangers: [stranger] }, use) => use(stranger.reset()),
  /** The endpoint that Live is locked to. */
  pinned: async ({ strangers: [, pinned] }, use) => use(pinned.reset()),
  /** Every way must have left its violation. */
  everyViolation: async ({ expectViolation }, use) => {
    for (const directive of ['connect-src', 'img-src', 'script-src-elem', 'worker-src', 'require-trusted-types-for', 'trusted-types']) {
      expectViolation(directive);
    }
    await use();
  },
});

/** What each way answers in a worker, and in a page, when a WebSocket alone may have another answer. */
const inWorker = (webSocket) => ({
  WebSocket: webSocket, EventSource: 'connect-src', fetch: 'connect-src', import: 'script-src-elem', XMLHttpRequest: 'connect-src',
});
const inPage = (webSocket) => ({ ...inWorker(webSocket), sendBeacon: 'connect-src', image: 'img-src' });

/** From a page: no worker is made, but for the blob of a frame, where the name of the policy is free; it has the lock too. */
const fromPage = (webSocket = 'connect-src') => ({
  here: inPage(webSocket),
  'blob worker': 'TypeError',
  'URL worker': 'TypeError',
  'blob worker, forged policy': 'TypeError',
  'shared worker': 'TypeError',
  'service worker': 'TypeError',
  'blob worker of a frame': inWorker(webSocket),
  'URL worker of a frame': 'not started',
});
/** From a worker: the name of the policy is free there, so it can make another from a blob; it has the lock too. */
const fromWorker = (webSocket = 'connect-src') => ({
  here: inWorker(webSocket),
  'blob worker': 'TypeError',
  'URL worker': 'TypeError',
  'blob worker, forged policy': inWorker(webSocket),
  'URL worker, forged policy': 'not started',
});

/** Locks the page that is open to the host. */
async function lockTo(page, { host }) {
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByLabel('Endpoint', { exact: true }).fill(`ws://${host}`);
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
}

test('the attack works: without a lock every way reaches the host, from the page and from every worker', async ({ page, stranger }) => {
  await page.goto('./open.html');
  const worker = { WebSocket: 'reached', EventSource: 'reached', fetch: 'reached', import: 'reached', XMLHttpRequest: 'reached' };
  expect(await page.evaluate(attack(stranger))).toEqual({
    here: { ...worker, sendBeacon: 'sent', image: 'sent' },
    'blob worker': worker,
    'URL worker': worker,
    'blob worker, forged policy': worker,
    'URL worker, forged policy': worker,
    'shared worker': 'made',
    'service worker': 'made',
    'blob worker of a frame': worker,
    'URL worker of a frame': worker,
  });
  for (const way of [...Object.keys(worker), 'sendBeacon', 'image']) expect(stranger.paths).toContain(`/${way}`);
});

test('T17: outside Live no host can be reached by a late script', async ({ page, stranger, everyViolation }) => {
  await page.goto('./');
  await page.getByRole('main').waitFor();
  expect(await page.evaluate(attack(stranger))).toEqual(fromPage());
  expect(stranger.connections).toBe(0);
});

test('T17: outside Live no host can be reached by an early script', async ({ page, stranger, everyViolation }) => {
  await page.goto('./early.html');
  expect(await page.evaluate(() => globalThis.found)).toEqual(fromPage());
  expect(stranger.connections).toBe(0);
});

test('T17: in Live the endpoint can be reached and no other host, from the page and from its worker; after Live neither', async ({
  page, stranger, pinned, everyViolation,
}) => {
  await page.goto('./');
  await lockTo(page, pinned);
  const worker = await workerOf(page);
  expect(worker.url()).toMatch(/^blob:/);
  expect(await page.evaluate(attack(stranger))).toEqual(fromPage());
  expect(await worker.evaluate(attack(stranger))).toEqual(fromWorker());
  expect(stranger.connections).toBe(0);
  expect(await page.evaluate(attack(pinned))).toEqual(fromPage('reached'));
  expect(new Set(pinned.paths)).toEqual(new Set(['/WebSocket']));

  await page.getByRole('button', { name: 'Leave Live' }).click();
  await expect(page.getByText('Which endpoint?')).toBeVisible();
  pinned.reset();
  expect(await page.evaluate(attack(pinned))).toEqual(fromPage());
  expect(await page.evaluate(attack(stranger))).toEqual(fromPage());
  expect(pinned.connections).toBe(0);
  expect(stranger.connections).toBe(0);
});

test('T17: in Live an early script that makes the page\'s worker its own reaches no other host', async ({
  page, stranger, pinned, everyViolation,
}) => {
  await page.goto('./early.html');
  await page.evaluate(() => globalThis.found);
  await lockTo(page, pinned);
  expect(await page.evaluate(() => globalThis.found)).toEqual(fromPage());
  // Only the worker that should have been the program's has `found`; those that were made in the frame went with it.
  const found = await Promise.all(page.workers().map((worker) => worker.evaluate(() => globalThis.found ?? null).catch(() => null)));
  expect(found.filter((it) => it !== null)).toEqual([fromWorker()]);
  expect(stranger.connections).toBe(0);
});

test('the reload of a page in Live ends the lock to the endpoint, and nothing is open', async ({ page, stranger, pinned, everyViolation }) => {
  await page.goto('./');
  await lockTo(page, pinned);
  await page.reload();
  await expect(page.getByText('Stays in this tab')).toBeVisible();
  expect(await page.evaluate(attack(pinned))).toEqual(fromPage());
  expect(await page.evaluate(attack(stranger))).toEqual(fromPage());
  expect([pinned.connections, stranger.connections]).toEqual([0, 0]);
});

test('a query alone does not unlock anything', async ({ page, pinned, everyViolation }) => {
  await page.goto(`./?live#ws://${pinned.host}`);
  await expect(page.getByText('Stays in this tab')).toBeVisible();
  expect(await page.evaluate(attack(pinned))).toEqual(fromPage());
  expect(pinned.connections).toBe(0);
});
