// The log of Live: what is found in it, what it says of a packet, what leaves it, and that it stays usable when it is long.
import { readFile } from 'node:fs/promises';
import { frame, PUBLISH, text } from '../gateway/frames.mjs';
import { axe, expect, HOST, test } from './lab.mjs';
import { confirm, findings, giveCredentials, KEY, lock, plain, plan, press, session } from './live.mjs';

const log = (page) => page.getByRole('grid', { name: 'Event log' });
const rows = (page) => log(page).locator('tbody tr:not(.t-gap)');
const filter = (page) => page.getByLabel('Filter: words, or session:A');
const chosen = (page) => page.getByRole('region', { name: 'The chosen packet' });
const counted = (page) => page.getByRole('region', { name: 'Event log' }).getByText(/\d+ (of \d+ )?events?/);
/** Whether the last row is in sight within the box. */
const atEnd = (page) => expect.poll(() => page.locator('.t-log').evaluate(
  (it) => it.scrollHeight - it.scrollTop - it.clientHeight < 9 && it.querySelector('tbody tr:last-child').matches(':not(.t-gap)'),
)).toBe(true);
const look = (page, name) => page.getByRole('group', { name: 'Look at the payload as' }).getByRole('button', { name });

/** A message as a broker sends it, QoS 0. */
const message = (topic, payload) => frame(PUBLISH, 0, text(topic), Buffer.from(payload));

/** A is connected to the gateway, in MQTT 3.1.1. */
async function connected(page, gateway, id = 'iotlab-a') {
  await lock(page, HOST);
  await giveCredentials(page);
  await page.getByLabel('Protocol').first().selectOption('MQTT 3.1.1');
  await plan(page, 0, { id, subscribe: 'cmd/temperature', publish: 'dt/temperature', message: '{"t":20}' });
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText(`Connected as ${id}`);
  return gateway.sessions.get(id);
}

/** The text of the file that a press saves. */
async function saved(page) {
  const [download] = await Promise.all([
    page.waitForEvent('download'), page.getByRole('button', { name: 'Save the log' }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

test('rows are found by the language, completed and corrected, and one session is shown alone', async ({ page, gateway }) => {
  await connected(page, gateway);
  await press(page, 'Subscribe', 'A');
  await expect(log(page)).toContainText('SUBACK');
  await filter(page).fill('type:suback');
  await expect(rows(page)).toHaveCount(1);
  await expect(counted(page)).toHaveText(/^1 of \d+ events$/);
  await filter(page).fill('type:sub');
  const options = page.locator('#event-filter-options option');
  await expect(options).toHaveCount(2);
  expect(await options.evaluateAll((all) => all.map(({ value }) => value))).toEqual(['type:SUBSCRIBE', 'type:SUBACK']);
  await filter(page).fill('colour:red');
  await expect(page.getByText('there is no such field')).toBeVisible();
  await expect(filter(page)).toHaveAttribute('aria-invalid', 'true');
  await filter(page).fill('');
  await page.getByLabel('Session', { exact: true }).selectOption('B');
  await expect(rows(page)).toHaveCount(0);
  await page.getByLabel('Session', { exact: true }).selectOption('A');
  await expect(rows(page).first()).toContainText('A');
  expect(await axe(page)).toEqual([]);
});

test('a packet: its fields, its payload in four ways, and its bytes', async ({ page, gateway }) => {
  const device = await connected(page, gateway);
  device.inject(message('cmd/temperature', '{"t":[1,2]}'));
  const arrived = rows(page).filter({ hasText: 'received PUBLISH' });
  await arrived.click();
  await expect(page.getByRole('table', { name: 'Fields of the packet' })).toContainText('cmd/temperature');
  await expect(page.getByRole('region', { name: 'Payload as JSON' })).toHaveText('{\n  "t": [\n    1,\n    2\n  ]\n}');
  await look(page, 'Text').click();
  await expect(page.getByRole('region', { name: 'Payload as text' })).toHaveText('{"t":[1,2]}');
  await look(page, 'Hex').click();
  await expect(page.getByRole('region', { name: 'Bytes in hexadecimal' }).last()).toContainText('7b 22 74 22 3a');
  await look(page, 'CBOR').click();
  await expect(chosen(page)).toContainText('This is not CBOR');
  await chosen(page).getByText('As on the wire').click();
  await expect(page.getByRole('region', { name: 'Bytes in hexadecimal' }).first()).toContainText(/000000 {2}30 1c 00 0f 63 6d 64/);

  device.inject(message('cmd/temperature', [0xa1, 0x61, 0x74, 0x14]));
  await arrived.nth(1).click();
  await expect(page.getByRole('region', { name: 'Payload as CBOR' })).toHaveText('{"t": 20}');
  device.inject(message('cmd/temperature', [0x68, 0x69, 0xff]));
  await arrived.nth(2).click();
  await look(page, 'Text').click();
  await expect(page.getByRole('region', { name: 'Payload as text' })).toHaveText('hi\\xff');
  device.inject(message('cmd/temperature', 'x'.repeat(20_000)));
  await arrived.nth(3).click();
  await expect(chosen(page)).toContainText('20000 bytes');
  await expect(chosen(page)).toContainText('3616 more bytes came, which the log does not keep.');
});

test('by keyboard alone: to a row, along its session, and back to what is newest', async ({ page, gateway }) => {
  const device = await connected(page, gateway);
  for (let at = 0; at < 200; at += 1) device.inject(message('cmd/temperature', `${at}`));
  await expect(counted(page)).toHaveText(/^2\d\d events$/);
  await atEnd(page);
  await log(page).focus();
  await page.keyboard.press('Home');
  await expect(log(page)).toHaveAttribute('aria-activedescendant', 'event-chosen');
  await expect(chosen(page)).toContainText('transport open');
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toContainText('CONNECT');
  const place = () => page.locator('.t-log').evaluate((it) => it.scrollTop);
  const before = await place();
  for (let at = 0; at < 50; at += 1) device.inject(message('cmd/temperature', `${at}`));
  await expect(counted(page)).toHaveText(/^2[5-9]\d events$/);
  expect(await place()).toBe(before);
  await expect(chosen(page)).toContainText('CONNECT');
  await page.getByRole('button', { name: 'Follow the newest' }).press('Enter');
  await atEnd(page);
  device.inject(message('cmd/last', 'x'));
  await expect(rows(page).last()).toContainText('cmd/last');
  await atEnd(page);
});

test('T2: hostile payloads and topics stay text', async ({ page, gateway }) => {
  const corpus = [
    '<img src=x onerror="globalThis.hit=1">', '<script>globalThis.hit=1</script>', '<svg onload=globalThis.hit=1>',
    '"><iframe srcdoc="<script>parent.hit=1</script>">', 'javascript:globalThis.hit=1', '{{constructor.constructor("hit=1")()}}',
    '</pre><style>*{display:none}</style>', '\u202eevil\u2066', '{"__proto__":{"hit":1},"a":"<b onmouseover=hit=1>"}', '`<b>code</b>`',
  ];
  const device = await connected(page, gateway);
  for (const text of corpus) device.inject(message(`cmd/${text.replaceAll(/[#+]/g, '')}`, text));
  await expect(rows(page).filter({ hasText: 'received PUBLISH' })).toHaveCount(corpus.length);
  for (const [at, text] of corpus.entries()) {
    await rows(page).filter({ hasText: 'received PUBLISH' }).nth(at).click();
    await look(page, 'Text').click();
    expect(await page.getByRole('region', { name: 'Payload as text' }).evaluate((it) => it.textContent)).toBe(text);
    for (const view of ['JSON', 'Hex', 'CBOR']) await look(page, view).click();
    await page.getByRole('table', { name: 'Fields of the packet' }).hover();
  }
  expect(await page.evaluate(() => [globalThis.hit, {}.hit, document.querySelectorAll('main :is(img, iframe, script, style, b)').length]))
    .toEqual([null, null, 0].map((it) => it ?? undefined));
});

test('T12: what is saved and what opens in Simulate holds no key, token or signature, and shows the same', async ({ page, gateway }) => {
  const { KEYS } = await import('./lab.mjs');
  const { secretAccessKey, sessionToken } = KEYS[KEY];
  const device = await connected(page, gateway, 'temp-sensor-01').catch(async () => {
    await confirm(page, 'temp-sensor-01');
    await press(page, 'Connect', 'A');
    await expect(session(page, 'A')).toContainText('Connected as');
    return gateway.sessions.get('temp-sensor-01');
  });
  const leaks = [
    `aws_secret_access_key = ${secretAccessKey}`,
    `wss://${HOST}/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${'ab'.repeat(32)}&X-Amz-Security-Token=${encodeURIComponent(sessionToken)}`,
  ];
  for (const leak of leaks) device.inject(message('cmd/leak', leak));
  await expect(rows(page).filter({ hasText: 'cmd/leak' })).toHaveCount(2);
  const text = await saved(page);
  const hex = (it) => Buffer.from(it).toString('hex');
  for (const secret of [secretAccessKey, sessionToken, encodeURIComponent(sessionToken), 'ab'.repeat(32)]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(hex(secret));
  }
  const lines = text.trim().split('\n');
  expect(JSON.parse(lines[0]).format).toBe('policylab-log/1');
  await page.getByRole('button', { name: 'Open in Simulate' }).click();
  await expect(page.getByRole('button', { name: 'Back to the sessions' })).toBeVisible();
  await expect(counted(page)).toHaveText(`${lines.length - 1} events`);
  expect(await page.content()).not.toContain(secretAccessKey);
  // Live goes on.
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await expect(session(page, 'A')).toContainText('Connected as');
  await expect(rows(page).filter({ hasText: 'cmd/leak' })).toHaveCount(2);
});

test('a takeover is told, leads to its row, and Simulate tells the same of the saved log', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await plan(page, 0, { id: 'iotlab-same' });
  await plan(page, 1, { id: 'iotlab-same' });
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('Connected as');
  await press(page, 'Connect', 'B');
  await expect(findings(page)).toContainText('A was thrown out by B');
  const told = await findings(page).getByRole('listitem').first().locator('span').first().textContent();
  await filter(page).fill('nothing says this');
  await expect(rows(page)).toHaveCount(0);
  await findings(page).getByRole('button', { name: 'Show it' }).first().click();
  await expect(log(page)).toBeFocused();
  await expect(rows(page).filter({ hasText: 'closed' }).first()).toBeVisible();
  await expect(log(page).locator('[aria-selected=true]')).toBeInViewport();
  await page.getByRole('button', { name: 'Open in Simulate' }).click();
  await expect(findings(page)).toContainText(told);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(page.getByText('Nothing has happened yet.')).toBeVisible();
});

test('on a phone the log, the packet and what happened are three panes', async ({ page, gateway }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await connected(page, gateway);
  await expect(findings(page)).toBeHidden();
  await rows(page).filter({ hasText: 'CONNACK' }).click();
  await expect(chosen(page)).toContainText('CONNACK');
  await expect(log(page)).toBeHidden();
  const panes = page.getByRole('group', { name: 'Show' });
  await panes.getByRole('button', { name: 'Log' }).click();
  await expect(log(page)).toBeVisible();
  await panes.getByRole('button', { name: 'What happened' }).click();
  await expect(findings(page)).toBeVisible();
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('100,000 rows and more: complete to the last, and it says what it dropped', async ({ page, gateway }) => {
  test.slow();
  const device = await connected(page, gateway);
  await page.evaluate(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration))))
      .observe({ type: 'longtask' });
  });
  const tasks = (what) => page.evaluate((what) => `${what}: tasks over 50 ms [${globalThis.tasks.splice(0)}]`, what).then(console.log);
  const before = Number((await counted(page).textContent()).match(/\d+/)[0]);
  const SENT = 110_000, AT_ONCE = 500;
  for (let at = 0; at < SENT; at += AT_ONCE) {
    device.inject(Buffer.concat(Array.from({ length: AT_ONCE }, (_, more) => message(`cmd/${(at + more) % 7}`, `${at + more}`))));
    if (at % 10_000 === 0) await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  device.inject(message('cmd/last', 'the end'));
  await expect(rows(page).last()).toContainText('cmd/last', { timeout: 60_000 });
  await expect(counted(page)).toHaveText('100000 events');
  const dropped = Number((await page.getByText('The log is full').textContent()).match(/oldest (\d+) rows were dropped/)[1]);
  // Pings may have come in between.
  expect(dropped - (SENT + 1 + before - 100_000)).toBeGreaterThanOrEqual(0);
  expect(dropped - (SENT + 1 + before - 100_000)).toBeLessThan(10);
  await tasks('taking 110,000 rows');
  await page.locator('.t-log').evaluate(async (it) => {
    for (let step = 0; step < 40; step += 1) {
      it.scrollTop = (it.scrollHeight * step) / 40;
      await new Promise(requestAnimationFrame);
    }
  });
  await tasks('scrolling');
  await filter(page).pressSequentially('topic:cmd/3 payload:99');
  await expect(counted(page)).toHaveText(/^\d+ of 100000 events$/, { timeout: 60_000 });
  const found = Array.from({ length: SENT }, (_, at) => at).filter((at) => at % 7 === 3 && `${at}`.includes('99') && at >= SENT + 1 - 100_000).length;
  await expect(counted(page)).toHaveText(`${found} of 100000 events`, { timeout: 60_000 });
  await tasks('filtering');
  await rows(page).first().click();
  await expect(page.getByRole('region', { name: 'Payload as text' })).toContainText('99');
  const text = await saved(page);
  expect(text.trim().split('\n').length - 1).toBe(100_000);
  await tasks('saving');
});
