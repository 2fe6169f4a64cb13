// The page behind the headers that the build writes for its host: everything works that works without, and the lock holds.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { serve } from '../serve.mjs';
import { attackOn, probeWorker, startStranger } from './attack.mjs';
import { expect, test as lab, workerOf } from './lab.mjs';

const test = lab.extend({
  site: [async ({ root }, use) => {
    const server = await serve(root, 0, '/lab/', { asHosted: true });
    await use(server);
    await server.close();
  }, { scope: 'worker' }],
});

test('every file says how long it may be kept, and what may not be done with it', async ({ request, site, root }) => {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((it) => it.isFile())
    .map((it) => relative(root, join(it.parentPath ?? it.path, it.name)));
  for (const name of ['', ...files]) {
    const headers = (await request.get(site.url + name)).headers();
    expect(headers['content-security-policy'], name).toMatch(/^default-src 'none'; .*; frame-ancestors 'none'$/);
    expect(headers, name).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers, name).not.toHaveProperty('permissions-policy');
    if (name.startsWith('_')) continue;
    const immutable = /-([0-9a-f]{8,}|[0-9A-Z]{8})(_bg)?\.\w+$/.test(name);
    expect(headers['cache-control'], name).toBe(immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  }
});

test('the header says what the page says, and one thing that a page cannot', async ({ page, site, request }) => {
  await page.goto('./');
  const header = (await request.get(site.url)).headers()['content-security-policy'];
  const meta = await page.locator('meta[http-equiv]').first().getAttribute('content');
  expect(header).toBe(`${meta}; frame-ancestors 'none'`);
});

test('the page opens, works and is kept for the time without a network', async ({ page, context }) => {
  await page.goto('./');
  await page.getByLabel('Client IDs').fill('temp-sensor-01');
  await expect(page.locator('#answer-0-1')).toHaveCount(0);
  await expect(page.locator('#answer-0-0')).toHaveText('Allowed');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByRole('grid', { name: 'Event log' })).toBeVisible();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  await context.setOffline(true);
  const again = await context.newPage();
  await again.goto('./');
  await again.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(again.getByRole('grid', { name: 'Event log' })).toBeVisible();
});

test('in Live the endpoint can be reached and no other host, from the page and from its worker', async ({ page, expectViolation }) => {
  for (const directive of ['connect-src', 'img-src', 'script-src-elem', 'worker-src', 'require-trusted-types-for', 'trusted-types']) {
    expectViolation(directive);
  }
  const [stranger, pinned] = await Promise.all([startStranger(), startStranger()]);
  await page.goto('./');
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByLabel('Endpoint', { exact: true }).fill(`ws://${pinned.host}`);
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
  const worker = await workerOf(page);
  const ways = { here: expect.objectContaining({ WebSocket: 'connect-src', fetch: 'connect-src' }) };
  expect(await page.evaluate(attackOn(stranger.host, '/lab/none.js'))).toMatchObject(ways);
  expect(await worker.evaluate(attackOn(stranger.host, '/lab/none.js'))).toMatchObject(ways);
  const reached = `(${probeWorker(pinned.host).replace(/\.then\(.*$/, '')})`;
  expect(await worker.evaluate(reached)).toMatchObject({ WebSocket: 'reached', fetch: 'connect-src' });
  expect(stranger.connections).toBe(0);
  await Promise.all([stranger.close(), pinned.close()]);
});

test('T15: no other page shows it in a frame', async ({ page, site, expectError }) => {
  expectError(/frame-ancestors/);
  const other = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><link rel="icon" href="data:,"><iframe src="${site.url}"></iframe>`);
  });
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  const [, frame] = page.frames();
  await expect.poll(() => frame.locator('#main').count()).toBe(0);
  expect(frame.url()).not.toBe(site.url);
  other.close();
});
