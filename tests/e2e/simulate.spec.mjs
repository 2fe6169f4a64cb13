// Simulate: the takeover and the refusal, in both versions, with their reasons; time, branches, and what the broker holds.
import { expect, test } from './lab.mjs';

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
});

const log = (page) => page.getByRole('grid', { name: 'Event log' }).or(page.getByRole('table', { name: 'Event log' }));
const findings = (page) => page.getByRole('region', { name: 'What happened' });
const detail = (page) => page.getByRole('region', { name: 'The chosen event' });
const broker = (page) => page.getByRole('table', { name: 'Sessions of the broker' });
const clients = (page) => page.getByRole('table', { name: 'Clients' });
const runs = (page) => page.getByRole('group', { name: 'Runs' });
const play = (page) => page.getByRole('button', { name: 'Play', exact: true });
const slider = (page) => page.getByRole('slider', { name: 'Event' });
const time = (page) => page.getByText(/^t = /);

test('the preset shows the takeover and why', async ({ page }) => {
  await expect(findings(page)).toContainText('A was thrown out by B: both use the client ID temp-sensor-01');
  await expect(log(page)).toContainText('DUPLICATE_CLIENTID');
  await expect(detail(page)).toContainText('the newcomer wins');
  // 3.1.1 has no packet for it: A receives nothing after its SUBACK and is closed.
  await expect(log(page)).not.toContainText('DISCONNECT');
});

test('in MQTT 5 the older session is told: 0x8E', async ({ page }) => {
  await page.getByLabel('Protocol').selectOption('MQTT 5');
  await expect(log(page)).toContainText(/DISCONNECT.*0x8E/i);
  await expect(findings(page)).not.toContainText('MQTT 3.1.1 gives no reason');
});

test('a refused CONNECT gets no CONNACK in 3.1.1 and 0x87 in MQTT 5, and its explanation', async ({ page }) => {
  await page.getByRole('group', { name: 'Session B' }).getByLabel('Client ID').fill('temp-sensor-01_01');
  await expect(findings(page)).toContainText('B was refused: the connection was closed without an answer to CONNECT');
  await expect(log(page).getByRole('row').filter({ hasText: /^.*B.*CONNACK/ })).toHaveCount(0);
  await log(page).getByRole('row').filter({ hasText: 'Refused: iot:Connect' }).click();
  await expect(detail(page)).toContainText('temp-sensor-01_01 is not the name of a thing attached to this certificate');

  await page.getByLabel('Protocol').selectOption('MQTT 5');
  await expect(log(page)).toContainText(/CONNACK.*0x87/i);
});

test('sessions and topics are the user\'s, policies are those of Check', async ({ page }) => {
  await page.getByRole('group', { name: 'Session B' }).getByLabel('Publishes to').fill('cmd/temperature');
  await page.getByRole('group', { name: 'Session B' }).getByLabel('Client ID').fill('temp-sensor-02');
  await page.getByRole('button', { name: 'Add a session' }).click();
  await expect(page.getByRole('group', { name: 'Session C' })).toBeVisible();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByLabel('Policy document (JSON)').fill(JSON.stringify({
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: '*' }],
  }));
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  // B and its copy C publish what A has subscribed to, and A gets both.
  await expect(log(page).getByRole('row').filter({ hasText: /A.*received PUBLISH.*cmd\/temperature/ })).toHaveCount(2);
  await expect(findings(page)).toContainText('B was thrown out by C');
});

test('a packet opens its fields; what is spoken by itself is the event, not all there is to know of it', async ({ page }) => {
  await log(page).getByRole('row').filter({ hasText: 'sent SUBSCRIBE' }).click();
  await expect(detail(page).getByRole('status')).toHaveText(/^0\.\d+ s, A: sent SUBSCRIBE .*cmd\/temperature/);
  await expect(page.getByRole('table', { name: 'Fields of the packet' })).toContainText('cmd/temperature');
});

test('the newcomer presses one control and sees the takeover, joined to the CONNECT that caused it, and why', async ({ page }) => {
  const opened = await slider(page).getAttribute('aria-valuetext');
  await play(page).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(detail(page)).not.toContainText('the newcomer wins');
  // It stops by itself where there is most to see.
  await expect(play(page)).toBeVisible();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', opened);
  await expect(detail(page)).toContainText('the newcomer wins');
  await expect(page.locator('svg .t-join').first()).toBeVisible();
  await expect(page.getByRole('img', { name: /threw out|takeover|thrown out/i })).toBeVisible();
  await expect(clients(page).getByRole('row').filter({ hasText: /^A/ })).toContainText('connected');
  // Another press goes on to the end.
  await play(page).click();
  await expect(play(page)).toBeVisible();
  await expect(clients(page).getByRole('row').filter({ hasText: /^A/ })).toContainText('thrown out');
  await expect(clients(page).getByRole('row').filter({ hasText: /^B/ })).toContainText('connected');
});

test('the state of the broker is that of the cursor', async ({ page }) => {
  await page.getByRole('button', { name: 'First event' }).click();
  await expect(page.getByText('The broker has no sessions now.')).toBeVisible();
  await log(page).getByRole('row').filter({ hasText: 'subscribed cmd/temperature' }).click();
  await expect(broker(page)).toContainText('temp-sensor-01');
  await expect(broker(page)).toContainText('cmd/temperature (QoS 1)');
  await expect(broker(page).getByRole('row').nth(1)).toContainText('A');
  await page.getByRole('button', { name: 'Last event' }).click();
  await expect(broker(page).getByRole('row').nth(1)).toContainText('B');
  await expect(broker(page)).not.toContainText('cmd/temperature');
});

test('a skipped event leaves out its step, and nothing else', async ({ page }) => {
  await expect(detail(page)).toContainText('It goes back to this step: 1.000 s: B connects.');
  await page.getByRole('button', { name: 'Skip this event and replay' }).click();
  await expect(findings(page)).toContainText('Nothing was refused, and nobody was thrown out.');
  await slider(page).press('End');
  await expect(clients(page).getByRole('row').filter({ hasText: /^A/ })).toContainText('connected');
  await expect(clients(page).getByRole('row').filter({ hasText: /^B/ })).toContainText('not started');
  await expect(page.getByText('The sessions and steps below are those of Run 1')).toBeVisible();
  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await expect(page.getByText('The sessions and steps below are those of Run 1')).toHaveCount(0);
  await expect(findings(page)).toContainText('A was thrown out by B');
  await runs(page).getByRole('button', { name: /^Close Run 2/ }).click();
  await expect(runs(page).getByRole('button')).toHaveCount(1);
});

test('from an event on it goes otherwise: a session acts, the network changes, a later step is another one', async ({ page }) => {
  const form = page.getByRole('region', { name: /^From .* on, otherwise$/ });
  await slider(page).press('End');
  await form.getByLabel('Session').selectOption('B');
  // B is connected: this is offered first.
  await expect(form.getByLabel('Does')).toHaveValue('loses its connection');
  await form.getByRole('button', { name: 'Continue from here' }).click();
  await expect(runs(page).getByRole('button', { name: 'Run 2 (from 1.5 s)', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await slider(page).press('End');
  await expect(clients(page).getByRole('row').filter({ hasText: /^B/ })).toContainText('offline');
  await expect(page.getByText('The broker has no sessions now.')).toBeVisible();
  await slider(page).press('Home');

  await form.getByLabel('What').selectOption('the network is slower or faster');
  await form.getByLabel('Latency').fill('soon');
  await expect(form).toContainText('Write seconds with at most three decimals');
  await form.getByLabel('Latency').fill('0.4');
  await form.getByRole('button', { name: 'Continue from here' }).click();
  await expect(runs(page).getByRole('button', { name: /^Run 3 \(from/ })).toBeVisible();

  await runs(page).getByRole('button', { name: 'Run 1', exact: true }).click();
  await slider(page).press('Home');
  await form.getByLabel('What').selectOption('a later step is left out');
  await form.getByLabel('Step').selectOption({ index: 2 });
  await form.getByRole('button', { name: 'Continue from here' }).click();
  await expect(runs(page).getByRole('button', { name: /^Run 4/ })).toBeVisible();
  await expect(log(page)).not.toContainText('dt/temperature');
});

test('one press plays a war until the diagnosis names it', async ({ page }) => {
  await page.getByLabel('Speed').selectOption('2x');
  await page.getByRole('button', { name: 'Show a takeover war' }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(findings(page)).toContainText('Takeover war over the client ID temp-sensor-01');
  await expect(play(page)).toBeVisible();
  await expect(runs(page).getByRole('button', { name: 'Run 2: war', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.locator('svg .t-bracket').first()).toBeVisible();
});

test('what was found leads to the event that shows it', async ({ page }) => {
  await page.getByRole('group', { name: 'Session B' }).getByLabel('Client ID').fill('temp-sensor-01_01');
  await expect(findings(page)).toContainText('B was refused');
  await page.getByRole('button', { name: 'First event' }).click();
  const way = findings(page).getByRole('button', { name: 'Show it' });
  await expect(way).toHaveAccessibleDescription(/^B was refused/);
  await way.focus();
  await page.keyboard.press('Enter');
  await expect(slider(page)).toBeFocused();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /B: closed by the endpoint/);
  await expect(log(page).getByRole('row', { selected: true })).toContainText('closed by the endpoint');
});

test('the same seed gives the same log, and jitter another one with another seed', async ({ page }) => {
  const rows = () => log(page).getByRole('row').allInnerTexts();
  await page.getByRole('region', { name: 'Player' }).getByText('Seed 1, latency 0.02 s').click();
  await page.getByLabel('Jitter (s)', { exact: true }).fill('0.05');
  const first = await rows();
  await page.getByLabel('Seed', { exact: true }).fill('99');
  await expect.poll(rows).not.toEqual(first);
  await page.getByLabel('Seed', { exact: true }).fill('1');
  await expect.poll(rows).toEqual(first);
});

test('an undecided point that is turned over is said, and acts', async ({ page }) => {
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  const policy = page.getByLabel('Policy document (JSON)');
  await policy.fill(JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: 'arn:aws:iot:eu-west-1:123456789012:client/${iot:ClientId}' }] }));
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(findings(page)).toContainText('A was refused');
  await page.getByRole('button', { name: 'Reference', exact: true }).click();
  await page.getByRole('checkbox', { name: 'ABSENT_VERSION' }).check();
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByRole('note').filter({ hasText: 'ABSENT_VERSION' })).toContainText('turned over');
  await expect(findings(page)).not.toContainText('A was refused');
});

test('everything by keyboard: play, step, skip, continue otherwise, war', async ({ page }) => {
  await expect(detail(page)).toContainText('the newcomer wins');
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press(' ');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await page.keyboard.press(' ');
  await expect(play(page)).toBeVisible();
  await page.keyboard.press('.');
  const before = await slider(page).getAttribute('aria-valuetext');
  await page.keyboard.press('.');
  await expect(slider(page)).not.toHaveAttribute('aria-valuetext', before);
  await page.keyboard.press(',');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', before);
  await page.keyboard.press('x');
  await expect(runs(page).getByRole('button', { name: /^Run 2/ })).toBeVisible();
  await page.keyboard.press('h');
  await expect(page.getByLabel('What', { exact: true })).toBeFocused();
  // From the first field of the form to its button.
  for (let presses = 0; presses < 8; presses += 1) {
    if (await page.evaluate(() => document.activeElement.textContent.trim() === 'Continue from here')) break;
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Enter');
  await expect(runs(page).getByRole('button', { name: /^Run 3/ })).toBeVisible();
  await page.getByRole('button', { name: 'Show a takeover war' }).focus();
  await page.keyboard.press('Enter');
  await expect(findings(page)).toContainText('Takeover war');
  // A button has the space bar for itself.
  await page.getByRole('button', { name: 'Next event' }).focus();
  await page.keyboard.press(' ');
  await expect(play(page)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Next event' })).toBeFocused();
});

test('single keys that are turned off do nothing here', async ({ page }) => {
  await expect(detail(page)).toContainText('the newcomer wins');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.evaluate(() => document.activeElement.blur());
  const before = await slider(page).getAttribute('aria-valuetext');
  await page.keyboard.press('.');
  await page.keyboard.press('x');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', before);
  await expect(runs(page).getByRole('button')).toHaveCount(1);
});

test('presenter mode plays what is masked, and forgets what was typed for a branch', async ({ page }) => {
  await page.getByRole('button', { name: 'Skip this event and replay' }).click();
  await expect(runs(page).getByRole('button', { name: /^Run 2/ })).toBeVisible();
  await page.getByRole('button', { name: 'Presenter' }).click();
  await expect(runs(page).getByRole('button')).toHaveCount(1);
  await expect(findings(page)).toContainText('A was thrown out by B');
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 800 } });
  test('the transport is within reach, over everything, and one part is shown at a time', async ({ page }) => {
    await expect(detail(page)).toContainText('the newcomer wins');
    const names = ['First event', 'Previous event', 'Play', 'Next event', 'Last event'];
    const buttons = names.map((name) => page.getByRole('button', { name, exact: true }));
    const within = async () => {
      for (const button of buttons) {
        const box = await button.boundingBox();
        expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(44);
        expect(box.y + box.height).toBeLessThanOrEqual(800);
        const hit = await button.evaluate((it, { x, y, width, height }) => it.contains(document.elementFromPoint(x + width / 2, y + height / 2)), box);
        expect(hit).toBe(true);
      }
    };
    await within();
    // The slider of the picture stands where the transport does.
    await slider(page).evaluate((it) => scrollBy(0, it.getBoundingClientRect().top - 760));
    await within();
    await page.getByRole('button', { name: 'Log', exact: true }).click();
    await expect(log(page)).toBeVisible();
    await expect(detail(page)).toBeHidden();
    await page.getByRole('button', { name: 'Broker', exact: true }).click();
    await expect(broker(page)).toBeVisible();
    await expect(log(page)).toBeHidden();
    // Large type breaks no word of a button.
    await page.getByRole('button', { name: 'Presenter' }).click();
    const play = page.getByRole('button', { name: 'Play', exact: true });
    await expect(play).toBeVisible();
    expect(await play.evaluate((it) => it.scrollWidth <= it.clientWidth && it.offsetHeight < 60)).toBe(true);
    await within();
  });
});
