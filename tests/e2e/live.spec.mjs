// Live, through the gateway that stands for AWS and against a plain mosquitto: real sockets, real packets.
import { ATTACKS, noise, startHostile } from '../gateway/hostile.mjs';
import { expect, HOST, test } from './lab.mjs';
import { confirm, findings, giveCredentials, lock, log, plain, plan, press, session } from './live.mjs';

/** The article's three sessions: one ID twice, then the suffix. */
async function article(page) {
  await page.getByRole('button', { name: 'Add a session' }).click();
  await plan(page, 0, { id: 'temp-sensor-01', subscribe: 'cmd/temperature' });
  await plan(page, 1, { id: 'temp-sensor-01', publish: 'dt/temperature', message: '20' });
  await plan(page, 2, { id: 'temp-sensor-01_01', publish: 'dt/temperature', message: '21' });
}

for (const version of ['MQTT 3.1.1', 'MQTT 5']) {
  test(`${version} through the gateway, signed: takeover, refusal, and the suffix once it is allowed`, async ({ page, gateway }) => {
    gateway.rules = { connect: ['temp-sensor-01'] };
    await lock(page, HOST);
    await page.getByLabel('Protocol').selectOption(version);
    await giveCredentials(page);
    await expect(page.getByText('It cannot be read back.')).toBeVisible();
    await article(page);

    // A device may use these client IDs: without another look nothing connects.
    await press(page, 'Connect', 'A');
    await expect(page.getByRole('alert')).toContainText('Confirm first');
    await expect(page.getByRole('region', { name: 'Before you connect' })).toBeFocused();
    expect(gateway.log).toEqual([]);
    await confirm(page, 'temp-sensor-01', 'temp-sensor-01_01');

    await press(page, 'Connect', 'A');
    await expect(session(page, 'A')).toContainText('Connected as temp-sensor-01');
    await press(page, 'Subscribe', 'A');
    await expect(log(page)).toContainText('SUBACK');

    await press(page, 'Connect', 'B');
    await expect(session(page, 'B')).toContainText('Connected as temp-sensor-01');
    await expect(findings(page)).toContainText('A was thrown out by B: both use the client ID temp-sensor-01');
    await expect(session(page, 'A')).toContainText(
      version === 'MQTT 5' ? /Ended by the endpoint: .*0x8e/i : 'The connection was lost');
    await press(page, 'Publish', 'B');
    await expect(log(page)).toContainText('PUBACK');

    await press(page, 'Connect', 'C');
    await expect(session(page, 'C')).toContainText(
      version === 'MQTT 5' ? /Refused: .*0x87/i : 'closed the connection without an answer to CONNECT');
    await expect(findings(page)).toContainText('C was refused');
    // B is not disturbed by a newcomer that was refused.
    await expect(session(page, 'B')).toContainText('Connected as temp-sensor-01');

    gateway.rules = { connect: ['temp-sensor-01*'] };
    await press(page, 'Connect', 'C');
    await expect(session(page, 'C')).toContainText('Connected as temp-sensor-01_01');
    await press(page, 'Disconnect', 'C');
    await expect(session(page, 'C')).toContainText('Disconnected by you.');
  });

  test(`${version} straight to mosquitto, plain: takeover, message, fields`, async ({ page, mosquitto }) => {
    await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
    await plain(page);
    await page.getByLabel('Protocol').selectOption(version);
    await article(page);
    await plan(page, 1, { id: 'temp-sensor-02', publish: 'cmd/temperature', message: 'warm' });
    await press(page, 'Connect', 'A');
    await expect(session(page, 'A')).toContainText('Connected as temp-sensor-01');
    await press(page, 'Subscribe', 'A');
    await expect(log(page)).toContainText('SUBACK');
    await press(page, 'Connect', 'B');
    await expect(session(page, 'B')).toContainText('Connected as temp-sensor-02');
    await press(page, 'Publish', 'B');
    const arrived = page.getByRole('row').filter({ hasText: /A.*received PUBLISH.*cmd\/temperature/ });
    await expect(arrived).toHaveCount(1);
    await arrived.click();
    await expect(page.getByRole('region', { name: 'The chosen packet' })).toContainText('warm');

    // C, allowed here, has an ID of its own; then it takes A's.
    await press(page, 'Connect', 'C');
    await expect(session(page, 'C')).toContainText('Connected as temp-sensor-01_01');
    await press(page, 'Disconnect', 'C');
    await plan(page, 2, { id: 'temp-sensor-01' });
    await press(page, 'Connect', 'C');
    await expect(findings(page)).toContainText('A was thrown out by C');
  });
}

test('keep-alive: PINGREQ goes out in time and is answered', async ({ page, mosquitto }) => {
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await session(page, 'A').getByText('More of A').click();
  await session(page, 'A').getByLabel('Keep-alive (s)').fill('2');
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('keep-alive 2 s');
  await expect(log(page).getByRole('row').filter({ hasText: 'PINGRESP' })).toHaveCount(2, { timeout: 10_000 });
  await expect(session(page, 'A')).toContainText('Connected');
});

test('a wrong secret is a refused handshake, and the page says so', async ({ page, gateway }) => {
  await lock(page, HOST);
  await giveCredentials(page, { secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYWRONGKEY00' });
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('could not be opened');
  await expect(session(page, 'A')).toContainText('1006');
  expect(gateway.log.at(-1).reason).toBe('signature');
});

test('a locked page says on every screen what it can reach', async ({ page }) => {
  await lock(page, HOST);
  for (const screen of ['Check', 'Simulate', 'Live']) {
    await page.getByRole('button', { name: screen, exact: true }).click();
    await expect(page.getByRole('contentinfo')).toContainText(`Locked: this page can reach wss://${HOST}`);
  }
});

test('a broker that is not there', async ({ page }) => {
  await lock(page, 'ws://127.0.0.1:1');
  await plain(page);
  await press(page, 'Connect', 'A');
  await expect(session(page, 'A')).toContainText('could not be opened');
});

for (const [name, attack] of [...Object.entries(ATTACKS), ['noise 1', noise(1, 64)], ['noise 2', noise(2, 4096)], ['noise 3', noise(3, 70_000)]]) {
  test(`hostile bytes from the broker (${name}): the session ends with a reason or stays in the user's hand`, async ({ page }) => {
    const broker = await startHostile([attack].flat());
    await lock(page, `ws://127.0.0.1:${broker.port}`);
    await plain(page);
    await plan(page, 0, { id: 'temp-sensor-01' });
    await press(page, 'Connect', 'A');
    await expect(log(page)).toContainText('CONNECT');
    // Bytes that announce more than they bring leave a session waiting, as they should; the user ends it. Others end it before
    // that, then the button is off and takes no click.
    const disconnect = page.getByRole('button', { name: 'Disconnect A', exact: true });
    await disconnect.evaluate((button) => button.click());
    await expect(session(page, 'A')).toContainText(
      /not MQTT|without an answer|Refused:|not right|was lost|Ended by|Given up|Disconnected by you/);
    await expect(disconnect).toBeDisabled();
    expect(await session(page, 'A').getByLabel('Client ID').inputValue()).toBe('temp-sensor-01');
    await broker.close();
  });
}

test('another endpoint, or leaving Live, is a load of the page, and the workspace travels along', async ({ page, mosquitto }) => {
  await page.goto('./');
  await page.getByLabel('Client IDs').fill('mine-1\nmine-2');
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByLabel('Endpoint', { exact: true }).fill(`ws://127.0.0.1:${mosquitto.wsPort}`);
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await page.getByRole('button', { name: 'Leave Live' }).click();
  await expect(page.getByText('Which endpoint?')).toBeVisible();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByLabel('Client IDs')).toHaveValue('mine-1\nmine-2');
});
