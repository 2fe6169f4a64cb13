// What a user of Live reads when things go wrong, and that nothing that was typed or logged is lost.
import { readFile } from 'node:fs/promises';
import { MALFORMED, oversized } from '../gateway/link.mjs';
import { expect, HOST, test } from './lab.mjs';
import { connect, giveCredentials, KEY, lock, log, more, plain, plan, press, session } from './live.mjs';

const TOPIC = 'iotlab/temperature';
/** Client IDs that no device has: the page asks nothing before they connect. */
const ID = (name) => `iotlab-fault-${name}`;

/** At the gateway: A subscribes, B publishes. */
async function signed(page, settings = {}) {
  await lock(page, HOST);
  await giveCredentials(page);
  await plan(page, 0, { id: ID('a'), subscribe: TOPIC });
  await plan(page, 1, { id: ID('b'), publish: TOPIC, message: 'warm' });
  if (Object.keys(settings).length > 0) await more(page, 'A', settings);
}

/** Nothing that was typed is lost. */
async function typed(page) {
  await expect(session(page, 'A').getByLabel('Client ID', { exact: true })).toHaveValue(ID('a'));
  await expect(session(page, 'A').getByLabel('Subscribes to')).toHaveValue(TOPIC);
}

/** The rows of the log, as the file that the user saves has them. */
async function saved(page) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the log' }).click()]);
  const [, ...rows] = (await readFile(await download.path(), 'utf8')).trim().split('\n').map((line) => JSON.parse(line));
  return rows;
}
const count = async (page, wanted) => (await saved(page)).filter(wanted).length;
const said = (session, text) => (row) => row.session === session && `${row.text}`.includes(text);
/** A PUBLISH that came, by its first byte. */
const arrived = (name) => ({ session, event, bytes }) => session === name && event === 'received' && bytes.startsWith('3');

/** A is connected and subscribed, B connected. */
async function standing(page) {
  await connect(page, 'A');
  await press(page, 'Subscribe', 'A');
  await expect(log(page)).toContainText('SUBACK');
  const b = page.getByRole('button', { name: 'Connect B', exact: true });
  if (await b.isEnabled()) await connect(page, 'B');
}

test('the broker is killed and comes back: told, and the session comes back by itself', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await plan(page, 0, { id: ID('a'), subscribe: TOPIC });
  await more(page, 'A', { back: 'Comes back with growing delays' });
  await connect(page, 'A');
  await press(page, 'Subscribe', 'A');
  await expect(log(page)).toContainText('SUBACK');
  await mosquitto.kill();
  try {
    await expect(session(page, 'A')).toContainText('Connects again in');
    await expect(log(page)).toContainText('1006');
  } finally {
    await mosquitto.start();
  }
  await expect(session(page, 'A')).toContainText(`Connected as ${ID('a')}`, { timeout: 45_000 });
  expect(await count(page, said('A', 'CONNACK'))).toBe(2);
  expect(await count(page, said('A', 'SUBACK'))).toBeGreaterThanOrEqual(1);
  await typed(page);
});

test('the connection is cut in the middle of a packet: the rest of it is not made up', async ({ page, gateway }) => {
  await signed(page);
  await standing(page);
  gateway.sessions.get(ID('a')).cutInPacket();
  await press(page, 'Publish', 'B');
  await expect(session(page, 'A')).toContainText('The connection was lost');
  await expect(session(page, 'B')).toContainText('Connected as');
  expect(await count(page, arrived('A'))).toBe(0);
  await typed(page);
  await standing(page);
  await expect.poll(() => count(page, said('A', 'SUBACK'))).toBe(2);
  await press(page, 'Publish', 'B');
  await expect.poll(() => count(page, arrived('A'))).toBe(1);
});

test('half open: after the keep-alive without an answer the session is given up', async ({ page, gateway }) => {
  await signed(page, { keepAlive: 2 });
  await connect(page, 'A');
  gateway.sessions.get(ID('a')).hold();
  await expect(session(page, 'A')).toContainText('Given up: the endpoint did not answer PINGREQ.');
  expect(await count(page, said('A', 'PINGREQ'))).toBeGreaterThanOrEqual(1);
  await typed(page);
});

for (const [name, bytes, says] of [
  ['malformed', MALFORMED, 'Closed, because what the endpoint sent is not right'],
  ['longer than a length can say', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f]), 'Closed, because what the endpoint sent is not right'],
  ['oversized', oversized(300_000), 'a packet of 300007 bytes is announced, the limit is 262144'],
]) {
  test(`a packet that is ${name}: the session ends with the reason, and the others stay`, async ({ page, gateway }) => {
    await signed(page);
    await standing(page);
    gateway.sessions.get(ID('a')).inject(bytes);
    await expect(session(page, 'A')).toContainText(says);
    await expect(session(page, 'B')).toContainText('Connected as');
    await typed(page);
    await connect(page, 'A');
  });
}

test('a packet of 200 kB is taken, and the log says how much of it is left out', async ({ page, gateway }) => {
  await signed(page);
  await page.getByLabel('Protocol').selectOption('MQTT 3.1.1');
  await standing(page);
  gateway.sessions.get(ID('a')).inject(oversized(200_000));
  await expect(log(page)).toContainText('received PUBLISH');
  const [row] = (await saved(page)).filter(arrived('A'));
  expect(row.leftOut).toBe(200_000 - 16 * 1024);
  await expect(session(page, 'A')).toContainText('Connected as');
});

test('a SUBACK that never comes: the log shows that none came, and the session goes on', async ({ page, gateway }) => {
  await signed(page);
  gateway.faults = { loseSuback: true };
  await connect(page, 'A');
  await press(page, 'Subscribe', 'A');
  await expect(log(page)).toContainText('sent SUBSCRIBE');
  await connect(page, 'B');
  await press(page, 'Publish', 'B');
  await expect(log(page)).toContainText('PUBACK');
  const rows = await saved(page);
  expect(rows.filter(said('A', 'SUBSCRIBE'))).toHaveLength(1);
  expect(rows.filter(said('A', 'SUBACK'))).toHaveLength(0);
  await expect(session(page, 'A')).toContainText('Connected as');
});

for (const version of ['MQTT 3.1.1', 'MQTT 5']) {
  test(`a PUBACK that comes twice (${version}): both are in the log, and the session goes on`, async ({ page, gateway }) => {
    gateway.faults = { doublePuback: true };
    await signed(page);
    await page.getByLabel('Protocol').selectOption(version);
    await connect(page, 'B');
    for (let i = 1; i <= 3; i += 1) {
      await press(page, 'Publish', 'B');
      await expect.poll(() => count(page, said('B', 'PUBACK'))).toBe(2 * i);
    }
    await expect(session(page, 'B')).toContainText('Connected as');
  });
}

test('credentials that end in mid-session: it stays, and when it is lost the page names their end', async ({ page, gateway }) => {
  await signed(page);
  await connect(page, 'A');
  gateway.keys[KEY] = { ...gateway.keys[KEY], expires: Date.now() - 1000 };
  await press(page, 'Subscribe', 'A');
  await expect(log(page)).toContainText('SUBACK');
  gateway.sessions.get(ID('a')).cut();
  await expect(session(page, 'A')).toContainText('The connection was lost');
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('could not be opened');
  const why = page.getByRole('region', { name: 'A could not connect' });
  await expect(why).toContainText('The credentials have expired.');
  await expect(why).toContainText('Another connection of this page was opened in this way before.');
  // A policy stands among what is ruled out, the second list.
  await expect(why.getByRole('list').first()).not.toContainText('A policy');
  await typed(page);
});

test('a clock an hour off: no handshake gets through, and the page names the clock, not a policy', async ({ page, gateway }) => {
  // Seen from here: AWS and the server of the page are an hour ahead.
  const ahead = 3_600_000;
  gateway.skew = ahead;
  await page.route((url) => url.hostname === '127.0.0.1', (route) => (route.request().method() === 'HEAD'
    ? route.fulfill({ headers: { date: new Date(Date.now() + ahead).toUTCString() } })
    : route.fallback()));
  await signed(page);
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('could not be opened');
  const causes = page.getByRole('region', { name: 'A could not connect' }).getByRole('listitem');
  await expect(causes.first()).toContainText('Likely: The clock of this machine is off');
  await expect(causes.first()).toContainText('60 minutes behind');
  await page.getByText(/^Ruled out \(/).click();
  await expect(causes.filter({ hasText: 'A policy does not allow this client ID' })).toContainText('Ruled out');
  expect(gateway.log.at(-1).reason).toBe('date');
});

test('30 refused handshakes: the page says how many, that the browser waits, and gets through afterwards', async ({ page, gateway }) => {
  test.setTimeout(180_000);
  await signed(page);
  gateway.refuse(30);
  const refused = () => gateway.log.filter(({ event }) => event === 'upgrade refused').length;
  for (let i = 1; i <= 30; i += 1) {
    await press(page, 'Connect', 'A');
    await expect.poll(refused).toBe(i);
    await expect(page.getByRole('button', { name: 'Connect A', exact: true })).toBeEnabled();
  }
  const why = page.getByRole('region', { name: 'A could not connect' });
  await expect(why).toContainText('30 times in a row');
  await expect(why).toContainText(/The browser itself waits up to 5 s here/);
  await expect(why.getByRole('button')).toHaveCount(0);
  expect(await count(page, ({ session, event, code }) => session === 'A' && event === 'closed' && code === 1006)).toBe(30);
  await typed(page);
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText(`Connected as ${ID('a')}`);
  await expect(why).toHaveCount(0);
});
