// Simulate: the takeover and the refusal, in both versions, with their reasons.
import { expect, test } from './lab.mjs';

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
});

const log = (page) => page.getByRole('grid', { name: 'Event log' });
const findings = (page) => page.getByRole('region', { name: 'What happened' });

test('the preset shows the takeover and why', async ({ page }) => {
  await expect(findings(page)).toContainText('A was thrown out by B: both use the client ID temp-sensor-01');
  await expect(log(page)).toContainText('DUPLICATE_CLIENTID');
  await expect(page.getByRole('region', { name: 'The chosen event' })).toContainText('the newcomer wins');
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
  await page.getByRole('row').filter({ hasText: 'Refused: iot:Connect' }).getByRole('button', { name: 'Why?' }).click();
  await expect(page.getByRole('region', { name: 'The chosen event' }))
    .toContainText('temp-sensor-01_01 is not the name of a thing attached to this certificate');

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

test('a packet opens its fields', async ({ page }) => {
  await page.getByRole('row').filter({ hasText: 'sent SUBSCRIBE' }).getByRole('button').click();
  await expect(page.getByRole('table', { name: 'Fields of the packet' })).toContainText('cmd/temperature');
});
