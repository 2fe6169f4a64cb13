// The page without a network, and from one version to the next. Threats T7 (requests to anybody else) and T14 (a service
// worker that was tampered with, or that holds back a fix).
import { createHash } from 'node:crypto';
import { appendFile, copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../serve.mjs';
import { expect, test as lab } from './lab.mjs';

const SWITCH = fileURLToPath(new URL('../../static/sw-off.js', import.meta.url));

const test = lab.extend({
  /** A host of this test's own, whose files it may change: { folder, url, close }. */
  host: async ({ root }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'policylab-host-'));
    await cp(root, folder, { recursive: true });
    const server = await serve(folder, 0, '/lab/');
    await use({ ...server, folder });
    await server.close();
    await rm(folder, { recursive: true });
  },
  baseURL: async ({ host }, use) => use(host.url),
});

/** The page as a host would give it after another build: it differs by one line. */
async function release(folder, number) {
  const edit = async (name, change) => writeFile(join(folder, name), change(await readFile(join(folder, name), 'utf8')));
  const line = `<meta name="release" content="${number}">`;
  await edit('index.html', (page) => page.replace(/<meta name="release"[^>]*>/, '').replace('<title>', `${line}<title>`));
  const digest = createHash('sha256').update(await readFile(join(folder, 'index.html'))).digest('hex');
  await edit('sw.js', (worker) => worker
    .replace(/"\.\/": "\w+"/, `"./": "${digest}"`)
    .replace(/const VERSION = "\w+"/, `const VERSION = "release${number}"`));
}
const releaseOf = (page) => page.locator('meta[name="release"]').getAttribute('content');

/** Opens the page and waits until it is kept. */
async function keep(page) {
  await page.goto('./');
  await page.evaluate(() => new Promise((resolve) => {
    if (navigator.serviceWorker.controller) resolve();
    else navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  }));
}

/** Has the browser ask the host for another version; how its install ended. */
const update = (page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready;
  const ended = new Promise((resolve) => {
    registration.addEventListener('updatefound', () => {
      registration.installing.addEventListener('statechange', ({ target: { state } }) => resolve(state));
    });
  });
  await registration.update();
  return ended;
});
const caches = (page) => page.evaluate(async () => (await globalThis.caches.keys()).map((name) => name.split(' ').at(-1)));
const bar = (page) => page.getByText('A new version of this page is ready');
const reload = (page) => page.getByRole('button', { name: 'Reload', exact: true });

test('T7: visited once, the whole page opens without a network, and nobody else was ever asked', async ({ page, context, host }) => {
  const elsewhere = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(host.url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url());
  });
  await keep(page);
  await host.close();
  await context.setOffline(true);

  await page.reload();
  await expect(page.getByRole('heading', { name: 'Denied - no statement allows it' })).toBeVisible();
  await page.getByLabel('Client IDs').fill('temp-sensor-01');
  await expect(page.getByRole('row').filter({ hasText: 'Connect' }).getByRole('button')).toHaveText(['Allowed']);
  await expect(page.getByLabel('Policy document (JSON)')).toBeEditable();
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Event log' }).getByRole('row').nth(3)).toBeVisible();
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await expect(page.getByText('Which endpoint?')).toBeVisible();

  // Locked to an endpoint it is another address, and the same page.
  await page.getByLabel('Endpoint', { exact: true }).fill('ws://127.0.0.1:9');
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
  expect(new URL(page.url()).search).toBe('?live');
  expect(elsewhere).toEqual([]);
});

test('T14: a new version waits, is said to be there, and opens on a press with what was typed', async ({ page, context, host }) => {
  await release(host.folder, 1);
  await keep(page);
  const other = await context.newPage();
  await other.goto('./');
  await page.getByLabel('Client IDs').fill('typed-here');
  await expect(bar(page)).toBeHidden();

  await release(host.folder, 2);
  expect(await update(page)).toBe('installed');
  await expect(bar(page)).toBeVisible();
  // It waits: a load that nobody asked the new version for is one of the old.
  const third = await context.newPage();
  await third.goto('./');
  expect(await releaseOf(third)).toBe('1');
  await expect(bar(third)).toBeVisible();
  await third.close();

  await reload(page).click();
  await expect.poll(() => releaseOf(page).catch(() => null)).toBe('2');
  await expect(page.getByLabel('Client IDs')).toHaveValue('typed-here');
  await expect(bar(page)).toBeHidden();
  expect(await caches(page)).toEqual(['release2']);
  // The page beside it has the old program and the new files: it is told, too.
  await expect(bar(other)).toBeVisible();
  await reload(other).click();
  await expect.poll(() => releaseOf(other).catch(() => null)).toBe('2');
});

test('T14: in Live a new version opens with the same lock', async ({ page, host }) => {
  await release(host.folder, 1);
  await keep(page);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByLabel('Endpoint', { exact: true }).fill('ws://127.0.0.1:9');
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
  await release(host.folder, 2);
  expect(await update(page)).toBe('installed');
  await reload(page).click();
  await expect.poll(() => releaseOf(page).catch(() => null)).toBe('2');
  await expect(page.getByText('This page can now reach ws://127.0.0.1:9')).toBeVisible();
});

test('T14: a file that is not the one that was built stops the new version; the old one stays', async ({ page, context, host }) => {
  await release(host.folder, 1);
  await keep(page);
  await release(host.folder, 2);
  await appendFile(join(host.folder, 'icon.svg'), '<!-- tampered with -->');
  expect(await update(page)).toBe('redundant');
  await expect(bar(page)).toBeHidden();
  expect(await caches(page)).toEqual(['release1']);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole('main')).toBeVisible();
  expect(await releaseOf(page)).toBe('1');
});

test('T14: a first visit to a host with a wrong file works, and keeps nothing', async ({ page, context, host }) => {
  await appendFile(join(host.folder, 'icon.svg'), '<!-- tampered with -->');
  const asked = context.waitForEvent('request', (request) => request.serviceWorker() !== null && request.url().endsWith('icon.svg'));
  await page.goto('./');
  await expect(page.getByRole('heading', { name: 'Denied - no statement allows it' })).toBeVisible();
  await asked;
  await expect.poll(() => page.evaluate(async () => (await navigator.serviceWorker.getRegistration()) === undefined)).toBe(true);
  expect(await caches(page)).toEqual([]);
});

test('T14: the switch of static/sw-off.js removes the worker and what it kept', async ({ page, host }) => {
  await keep(page);
  expect(await caches(page)).toHaveLength(1);
  await copyFile(SWITCH, join(host.folder, 'sw.js'));
  await update(page);
  await expect.poll(() => caches(page)).toEqual([]);
  await page.reload();
  await page.getByRole('main').waitFor();
  expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBeNull();
  expect(await caches(page)).toEqual([]);
});

test('the page can be installed', async ({ page, context }) => {
  await keep(page);
  const devtools = await context.newCDPSession(page);
  const { errors, data } = await devtools.send('Page.getAppManifest');
  expect(errors).toEqual([]);
  expect(JSON.parse(data).name).toBe('IoT Policy Lab');
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
  // Playwright's contexts are private windows, from which no browser installs anything.
  expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual(['in-incognito']);
});
