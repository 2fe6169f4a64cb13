// A plan of live sessions: run as a whole and by hand, saved and opened, and what protects other people's devices.
import { readFileSync } from 'node:fs';
import { expect, HOST, test } from './lab.mjs';
import { confirm, connect, findings, giveCredentials, lock, log, more, plain, plan, press, session } from './live.mjs';

const button = (page, name) => page.getByRole('button', { name, exact: true });
const before = (page) => page.getByRole('region', { name: 'Before you connect' });
const rows = (page, text) => log(page).getByRole('row').filter({ hasText: text });

async function signed(page) {
  await lock(page, HOST);
  await giveCredentials(page);
  await expect(page.getByText('It cannot be read back.')).toBeVisible();
}

test('the plan runs: each session at its time, messages arrive, and Stop ends everything', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await expect(page.getByText('Nothing is connected. Nothing connects until you press.')).toBeVisible();
  await button(page, 'Run the plan').click();
  await expect(page.getByText('2 of 2 connected.')).toBeVisible();
  await expect(rows(page, /A.*received PUBLISH.*iotlab\/hello/)).toHaveCount(1);
  await button(page, 'Stop everything').click();
  await expect(session(page, 'A')).toContainText('Disconnected by you.');
  await expect(session(page, 'B')).toContainText('Disconnected by you.');
});

/** How many messages on a topic have come to the broker, as it says itself. */
const arrived = ({ output }, topic) => output.join('').split('\n')
  .filter((line) => line.includes('Received PUBLISH from') && line.includes(`'${topic}'`)).length;

test('by hand: subscribed and no more, published again and again until it is stopped', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await plan(page, 0, { id: 'iotlab-a', subscribe: 'iotlab/#', publish: 'iotlab/tick', message: 'tick' });
  for (const name of ['A', 'B']) await connect(page, name);
  await press(page, 'Subscribe', 'A');
  await expect(rows(page, 'SUBACK')).not.toHaveCount(0);
  for (const name of ['A', 'B']) {
    await session(page, name).getByLabel('Publish again every (s)').fill('0.2');
    await press(page, 'Publish', name);
  }
  await expect.poll(() => arrived(mosquitto, 'iotlab/hello')).toBeGreaterThanOrEqual(3);
  await press(page, 'Stop publishing', 'B');
  // A's own messages are the clock: two of them, and what was on its way has come.
  const ticked = async (more) => {
    const before = arrived(mosquitto, 'iotlab/tick');
    await expect.poll(() => arrived(mosquitto, 'iotlab/tick')).toBeGreaterThanOrEqual(before + more);
  };
  await ticked(2);
  const count = arrived(mosquitto, 'iotlab/hello');
  await ticked(6);
  expect(arrived(mosquitto, 'iotlab/hello')).toBe(count);
  await press(page, 'Unsubscribe', 'A');
  await expect(rows(page, 'UNSUBACK')).not.toHaveCount(0);
  await session(page, 'B').getByLabel('Publish again every (s)').fill('often');
  await press(page, 'Publish', 'B');
  await expect(page.getByRole('alert')).toContainText('after how many seconds');
});

test('a session is what its card says: user properties, session expiry and a will reach the broker', async ({ page, gateway }) => {
  await signed(page);
  const card = session(page, 'A');
  await card.getByText('More of A').click();
  await card.getByLabel('User properties').fill('site: north');
  await card.getByLabel('Session expiry (s)').fill('60');
  await card.getByLabel('Has a will').check();
  await card.getByLabel('Will topic').fill('iotlab/gone');
  await card.getByLabel('Will message').fill('bye');
  await before(page).getByRole('button', { name: 'Allow it in this tab' }).click();
  await expect(before(page)).toHaveCount(0);
  await connect(page, 'A');
  expect(gateway.sessions.size).toBe(1);
  await rows(page, /sent CONNECT/).first().click();
  const packet = page.getByRole('region', { name: 'The chosen packet' });
  for (const text of ['site', 'north', 'iotlab/gone', '60']) await expect(packet).toContainText(text);
});

test('a plan goes out without credentials and endpoint, comes back, and goes to Simulate and from there', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await plan(page, 0, { id: 'temp-sensor-01', subscribe: 'cmd/temperature' });
  const [download] = await Promise.all([page.waitForEvent('download'), button(page, 'Save the plan').click()]);
  const text = readFileSync(await download.path(), 'utf8');
  expect(text).toContain('policylab-scenario/1');
  expect(text).not.toContain('127.0.0.1');
  await plan(page, 0, { id: 'iotlab-x' });
  const choose = async (name, content) => {
    const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button(page, 'Open a plan').click()]);
    await chooser.setFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) });
  };
  await choose('plan.json', text);
  await expect(session(page, 'A').getByLabel('Client ID', { exact: true })).toHaveValue('temp-sensor-01');
  await choose('network.json', text.replace('"connect"', '"cut"'));
  await expect(page.getByRole('alert')).toContainText('a real network cannot be told to');
  await expect(session(page, 'A').getByLabel('Client ID', { exact: true })).toHaveValue('temp-sensor-01');
  await button(page, 'Simulate this plan').click();
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
  await expect(session(page, 'A').getByLabel('Client ID', { exact: true })).toHaveValue('temp-sensor-01');
  await session(page, 'A').getByLabel('Client ID', { exact: true }).fill('from-simulate');
  await button(page, 'Live').click();
  await button(page, 'Take the sessions of Simulate').click();
  await expect(session(page, 'A').getByLabel('Client ID', { exact: true })).toHaveValue('from-simulate');
});

test('an observer is a second witness: it hears who was thrown out and why', async ({ page, gateway }) => {
  gateway.rules = {};
  await signed(page);
  await plan(page, 1, { id: 'iotlab-one' });
  await plan(page, 0, { id: 'iotlab-one' });
  await button(page, 'Add an observer').click();
  await connect(page, 'Observer');
  await expect(rows(page, /Observer.*SUBACK/)).not.toHaveCount(0);
  await connect(page, 'A');
  await connect(page, 'B');
  const heard = rows(page, /Observer.*received PUBLISH.*presence\/disconnected\/iotlab-one/).first();
  await heard.click();
  await expect(page.getByRole('region', { name: 'The chosen packet' })).toContainText('DUPLICATE_CLIENTID');
  await expect(findings(page)).toContainText('A was thrown out by B');
});

test('T19: nothing connects before what could hurt a device is confirmed, and nothing comes back by itself', async ({ page, gateway }) => {
  gateway.rules = {};
  await signed(page);
  await plan(page, 0, { id: 'temp-sensor-01', subscribe: '#' });
  await plan(page, 1, { id: 'iotlab-b', publish: '$aws/things/temp-sensor-01/shadow/update', message: '{}' });
  for (const pressed of ['Connect A', 'Run the plan', 'Connect B']) {
    await button(page, pressed).click();
    await expect(before(page)).toBeFocused();
    await expect(page.getByRole('alert')).toContainText('Confirm first');
  }
  expect(gateway.log).toEqual([]);
  await expect(before(page).getByRole('listitem')).toHaveCount(3);
  await page.getByLabel('Type temp-sensor-01 again').fill('temp-sensor-0');
  await button(page, 'Connect A').click();
  expect(gateway.log).toEqual([]);
  await confirm(page, 'temp-sensor-01');
  for (let left = 2; left > 0; left--) await before(page).getByRole('button', { name: 'Allow it in this tab' }).first().click();
  await expect(before(page)).toHaveCount(0);
  await connect(page, 'A');
  // It is thrown out, and stays away.
  gateway.sessions.get('temp-sensor-01').end('SERVER_ERROR');
  await expect(session(page, 'A')).toContainText(/Ended by the endpoint|was lost/);
  await expect(session(page, 'A')).not.toContainText('Connects again');
  // Somebody else's keep-alive is the clock: the first comeback would be due before its answer.
  await more(page, 'B', { keepAlive: 2 });
  await connect(page, 'B');
  await expect(rows(page, /B.*received PINGRESP/)).not.toHaveCount(0);
  expect(gateway.log.filter(({ event }) => event === 'upgraded')).toHaveLength(2);
  // And what is typed while it stands is asked for too.
  await session(page, 'B').getByLabel('Publishes to').fill('$aws/things/pump-1/shadow/update');
  await press(page, 'Publish', 'B');
  await expect(before(page)).toBeFocused();
});

test('T19: five sessions, until the limits are lifted for this tab', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  for (let more = 0; more < 4; more++) await button(page, 'Add a session').click();
  for (const name of 'ABCDE') await connect(page, name);
  await press(page, 'Connect', 'F');
  await expect(session(page, 'F')).toContainText('5');
  await expect(session(page, 'F')).not.toContainText('Connected as');
  await page.getByRole('checkbox', { name: /Without the limits of this tab/ }).check();
  await connect(page, 'F');
  // A session that is undone away does not stay behind.
  await page.getByRole('button', { name: /^Undo/ }).click();
  await expect(page.getByText('5 of 5 connected.')).toBeVisible();
  await button(page, 'Stop everything').click();
  await expect(page.getByText('Nothing is connected.')).toBeVisible();
});
