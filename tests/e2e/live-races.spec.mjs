// Live when things happen in an awkward order: what a person does fast, and what a machine does slowly.
import { expect, HOST, test, workerOf } from './lab.mjs';
import { giveCredentials, lock, log, session } from './live.mjs';

// What a service worker fetches for later is nobody's race.
test.use({ serviceWorkers: 'block' });

const button = (page, label, name) => page.getByRole('button', { name: `${label} ${name}`, exact: true });
const upgraded = (gateway) => gateway.log.filter(({ event }) => event === 'upgraded').length;

/** Locks the page to the gateway, gives it credentials, and names the clients of its first two sessions. */
async function signed(page) {
  await lock(page, HOST);
  await giveCredentials(page);
  await expect(page.getByText('It cannot be read back.')).toBeVisible();
  for (const name of ['A', 'B']) await session(page, name).getByLabel('Client ID').fill(`iotlab-${name}`);
}

/** The page's worker, once it listens. */
async function listening(page) {
  const worker = await workerOf(page);
  await expect.poll(() => worker.evaluate(() => globalThis.onmessage !== null)).toBe(true);
  return worker;
}

/** Lets signatures wait until `release()`; `asked()` says how many were asked for. */
async function holdSignatures(worker) {
  await worker.evaluate(() => {
    const { sign } = SubtleCrypto.prototype;
    const wait = new Promise((resolve) => { globalThis.releaseSignatures = resolve; });
    globalThis.signatures = 0;
    SubtleCrypto.prototype.sign = async function signLater(...given) {
      globalThis.signatures += 1;
      await wait;
      return sign.apply(this, given);
    };
  });
  return {
    asked: () => worker.evaluate(() => globalThis.signatures),
    release: () => worker.evaluate(() => globalThis.releaseSignatures()),
  };
}

test('keys and orders that are given before the worker listens are not lost', async ({ page, gateway }) => {
  let pressed;
  const untilPressed = new Promise((resolve) => { pressed = resolve; });
  const asked = [];
  // The sessions' program is fetched twice in a load of the page: by the page, and then by its worker. The worker's waits.
  await page.route('**/sessions*.wasm', async (route) => {
    asked.push(route.request().url());
    if (asked.length === 3) await untilPressed;
    await route.continue();
  });
  await signed(page);
  await button(page, 'Connect', 'A').click();
  const worker = await workerOf(page);
  expect(await worker.evaluate(() => globalThis.onmessage)).toBe(null);
  pressed();
  await expect(session(page, 'A')).toContainText('Connected as iotlab-A');
  // One by the first page, one by the one that is locked, one by its worker: it was the worker's that waited.
  expect(asked).toHaveLength(3);
  expect(upgraded(gateway)).toBe(1);
});

test('two presses of Connect in a row open one socket, and the session works', async ({ page, gateway }) => {
  await signed(page);
  const signatures = await holdSignatures(await listening(page));
  await session(page, 'A').getByLabel('Publishes to').fill('dt/temperature');
  await button(page, 'Connect', 'A').evaluate((it) => { it.click(); it.click(); });
  // B's order comes after both of A's: once it is served, theirs are too.
  await button(page, 'Connect', 'B').click();
  await expect.poll(signatures.asked).toBeGreaterThanOrEqual(2);
  await signatures.release();
  await expect(session(page, 'A')).toContainText('Connected as iotlab-A');
  await expect(session(page, 'B')).toContainText('Connected as iotlab-B');
  expect(upgraded(gateway)).toBe(2);
  await button(page, 'Publish', 'A').click();
  await expect(log(page)).toContainText('PUBACK');
  expect(gateway.clients.size).toBe(2);
  await button(page, 'Disconnect', 'A').click();
  await expect(session(page, 'A')).toContainText('Disconnected by you.');
  await expect.poll(() => [...gateway.sessions.keys()]).toEqual(['iotlab-B']);
});

test('Disconnect before there is a socket: none is left at the endpoint, and Connect works afterwards', async ({ page, gateway }) => {
  await signed(page);
  const worker = await listening(page);
  const signatures = await holdSignatures(worker);
  await button(page, 'Connect', 'A').click();
  await expect.poll(signatures.asked).toBe(1);
  await button(page, 'Disconnect', 'A').click();
  await expect(button(page, 'Connect', 'A')).toBeEnabled();
  await signatures.release();
  // Chromium opens sockets to one address one after the other: once B's is there, one of A's would have come before.
  await button(page, 'Connect', 'B').click();
  await expect(session(page, 'B')).toContainText('Connected as iotlab-B');
  await expect.poll(() => gateway.clients.size).toBe(1);
  expect([...gateway.sessions.keys()]).toEqual(['iotlab-B']);
  await button(page, 'Connect', 'A').click();
  await expect(session(page, 'A')).toContainText('Connected as iotlab-A');
  expect(gateway.clients.size).toBe(2);
});

test('thirty signed sessions: at most eight handshakes at a time, and all get through', async ({ page, gateway }) => {
  test.setTimeout(60_000);
  const count = 30;
  await signed(page);
  for (let i = 2; i < count; i++) await page.getByRole('button', { name: 'Add a session' }).click();
  const groups = page.getByRole('group', { name: /^Session / });
  const ids = groups.getByLabel('Client ID');
  await expect(ids).toHaveCount(count);
  for (let i = 0; i < count; i++) await ids.nth(i).fill(`iotlab-${i}`);
  await page.getByRole('checkbox', { name: /Without the limits of this tab/ }).check();

  // Chromium itself sends one handshake at a time to one address, so the endpoint cannot tell: the worker's sockets do.
  const worker = await listening(page);
  await worker.evaluate(() => {
    globalThis.handshakes = { now: 0, most: 0 };
    globalThis.WebSocket = class extends WebSocket {
      constructor(...given) {
        super(...given);
        handshakes.now += 1;
        handshakes.most = Math.max(handshakes.most, handshakes.now);
        this.addEventListener('open', () => { handshakes.now -= 1; });
        this.addEventListener('error', () => { handshakes.now -= 1; });
      }
    };
  });
  const release = gateway.hold();
  await page.getByRole('button', { name: /^Connect / }).evaluateAll((buttons) => buttons.forEach((it) => it.click()));
  await expect.poll(() => worker.evaluate(() => globalThis.handshakes.now)).toBeGreaterThanOrEqual(8);
  release();
  await expect(groups.filter({ hasText: /Connected as iotlab-/ })).toHaveCount(count, { timeout: 30_000 });
  expect(await worker.evaluate(() => globalThis.handshakes)).toEqual({ now: 0, most: 8 });
  expect(upgraded(gateway)).toBe(count);
  expect(gateway.sessions.size).toBe(count);
});

test('an event that is chosen in Simulate is not chosen in Live', async ({ page }) => {
  await signed(page);
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  const events = page.getByRole('grid', { name: 'Event log' });
  await events.getByRole('row').filter({ hasText: 'sent CONNECT' }).first().click();
  const chosen = Number(await events.getByRole('row', { selected: true }).getAttribute('aria-rowindex'));
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await button(page, 'Connect', 'A').click();
  await expect(session(page, 'A')).toContainText('Connected as iotlab-A');
  await button(page, 'Disconnect', 'A').click();
  await expect(session(page, 'A')).toContainText('Disconnected by you.');
  // There are as many events that one with its number could be chosen (the first row is the head).
  await expect.poll(() => log(page).getByRole('row').count()).toBeGreaterThan(chosen);
  await expect(log(page).getByRole('button', { pressed: true })).toHaveCount(0);
  await expect(page.getByRole('table', { name: 'Fields of the packet' })).toHaveCount(0);
});
