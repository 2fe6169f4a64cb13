// Predicted against observed: the article's three sessions through the gateway that stands for AWS, what was seen elsewhere, and
// what a run needs.
import { readFileSync } from 'node:fs';
import { axe, expect, HOST, test } from './lab.mjs';
import { confirm, giveCredentials, plain, plan } from './live.mjs';

const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const allow = (action, resource) => ({ Effect: 'Allow', Action: `iot:${action}`, Resource: `${ARN}:${resource}` });
/** What the article's certificate may do, for a role: a role has no thing, so the client ID is written out. */
const rolePolicy = (client) => JSON.stringify({ Version: '2012-10-17', Statement: [
  allow('Connect', `client/${client}`), allow('Publish', 'topic/dt/temperature'),
  allow('Receive', 'topic/cmd/temperature'), allow('Subscribe', 'topicfilter/cmd/temperature'),
] });
/** The same rights at the gateway. */
const rules = (client) => ({
  connect: [client], publish: ['dt/temperature'], subscribe: ['cmd/temperature'], receive: ['cmd/temperature'],
});
const PRIVATE_KEY = ['-----BEGIN EC PRIVATE', 'KEY-----\nMHcCAQEEIExample\n-----END EC PRIVATE', 'KEY-----\n'].join(' ');

const table = (page) => page.getByRole('region', { name: 'Predicted and observed' });
const row = (page, number) => table(page).getByRole('row').filter({ has: page.getByRole('rowheader', { name: String(number), exact: true }) });
const screen = (page, name) => page.getByRole('button', { name, exact: true }).first().click();
const elsewhere = (page) => page.getByRole('region', { name: 'Seen elsewhere' });

/** Locks the page, with what stands on Check. */
async function lock(page, endpoint) {
  await screen(page, 'Live');
  await page.getByLabel('Endpoint', { exact: true }).fill(endpoint);
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
}

/** The article's sessions: one ID twice, then the suffix. */
async function article(page) {
  await page.getByRole('button', { name: 'Add a session' }).click();
  await plan(page, 0, { id: 'temp-sensor-01', subscribe: 'cmd/temperature' });
  await plan(page, 1, { id: 'temp-sensor-01', publish: 'dt/temperature', message: '20' });
  await plan(page, 2, { id: 'temp-sensor-01_01' });
  // Before the newcomer there is time for the answer to the subscription, also on a busy machine. From the last on, so that they stay in order.
  for (const [index, time] of [...['0', '0.3', '2.3', '2.8', '3.3'].entries()].reverse()) {
    await page.getByLabel(`Time of step ${index + 1} in seconds`).fill(time);
  }
}

async function atGateway(page, client) {
  await page.goto('./');
  await lock(page, HOST);
  await page.getByLabel('Policy of the role (JSON)').fill(rolePolicy(client));
  await page.getByRole('button', { name: 'Add the role\'s policy' }).click();
  await giveCredentials(page);
  await expect(page.getByText('It cannot be read back.')).toBeVisible();
  await article(page);
}

async function run(page) {
  await confirm(page, 'temp-sensor-01', 'temp-sensor-01_01');
  await page.getByRole('button', { name: 'Run the plan' }).click();
}

async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await download.path(), 'utf8');
}

for (const version of ['MQTT 3.1.1', 'MQTT 5']) {
  test(`${version}: the article's sessions are predicted with the role's rights, and seen so`, async ({ page, gateway }) => {
    gateway.rules = rules('temp-sensor-01');
    await atGateway(page, 'temp-sensor-01');
    await page.getByLabel('Protocol').selectOption(version);
    const who = page.getByRole('region', { name: 'Who you are there' });
    await expect(who).toContainText('You connect as an IAM role or user, not as your device\'s certificate.');
    await expect(who).toContainText('Asked: role-policy-2.');
    await expect(who).toContainText(/Not asked, whatever they say: (?!role-policy-2)/);
    await expect(table(page)).toContainText('Follows the plan and the policies');
    await expect(row(page, 5)).toContainText('C connects as temp-sensor-01_01');
    await expect(row(page, 5)).toContainText('refused');
    // The engine's own explanation, under its row.
    await page.getByRole('button', { name: 'Why? Row 5' }).click();
    await expect(table(page)).toContainText('Reason code');
    await expect(page.getByRole('button', { name: 'Why? Row 5' })).toHaveAttribute('aria-expanded', 'true');
    await page.getByRole('button', { name: 'Why? Row 5' }).click();

    await run(page);
    await expect(table(page)).toContainText('Of the predictions 6 agree with what was observed, 0 contradict it');
    await expect(table(page)).toContainText(/Frozen at .* UTC, before anything was observed/);
    await expect(row(page, 6)).toContainText('A is thrown out by another connection as temp-sensor-01');
    await expect(row(page, 6)).toContainText('closed: the newcomer w');
    await expect(row(page, 5)).toContainText(version === 'MQTT 5' ? 'refused: not authorized' : 'most likely refused');
    await row(page, 5).getByRole('button', { name: 'Show it' }).click();
    await expect(page.locator('#event-grid')).toBeFocused();

    // What is changed afterwards does not change the prediction, and the page says so.
    await screen(page, 'Check');
    await page.getByLabel('Policy document (JSON)').nth(1).fill(rolePolicy('*'));
    await screen(page, 'Live');
    await expect(table(page)).toContainText('Changed since: the policies or who connects.');
    await expect(row(page, 5)).toContainText('agrees');
    await page.getByRole('button', { name: 'Predict anew' }).click();
    await expect(row(page, 5)).toContainText('contradicts');
    await expect(table(page)).toContainText('after something had been observed');
  });
}

test('without the role\'s policy nothing can be told, and what is needed is named', async ({ page }) => {
  await page.goto('./');
  await lock(page, HOST);
  await expect(page.getByRole('region', { name: 'Who you are there' })).toContainText('Of the IAM role no policy is here');
  await expect(row(page, 1)).toContainText('cannot tell');
  await expect(row(page, 1)).toContainText('A policy that would be asked is not here.');
});

test('another policy than was thought: contradiction, checklist with a countdown, evidence that Check opens', async ({ page, gateway }) => {
  gateway.rules = rules('temp-sensor-01*');
  await atGateway(page, 'temp-sensor-01');
  await run(page);
  await expect(table(page)).toContainText('1 contradicts it');
  await expect(row(page, 5)).toContainText('contradicts');
  const list = table(page).getByRole('list').filter({ hasText: 'default version' });
  await expect(list.getByRole('listitem').first()).toContainText('When was the policy changed?');
  await page.getByRole('button', { name: 'Just now' }).click();
  await expect(list.getByRole('listitem').first()).toContainText(/Run it again in [78] min \d+ s\./);
  await page.getByLabel('When did you change the policy?').fill('');
  await expect(list.getByRole('listitem').first()).toContainText('When was the policy changed?');

  const evidence = await saved(page, 'Save evidence');
  expect(JSON.parse(evidence)).toMatchObject({ format: 'policylab-suite/1', cases: { length: 5 } });
  await expect(table(page)).toContainText('Saved as a suite of 5 cases.');
  expect(await axe(page)).toEqual([]);
  await screen(page, 'Check');
  await page.getByRole('button', { name: 'Share, save and open' }).click();
  await page.getByLabel('Open a suite of cases').setInputFiles({ name: 'evidence.json', mimeType: 'application/json', buffer: Buffer.from(evidence) });
  const panel = page.getByRole('region', { name: 'Share, save and open' });
  await expect(panel.getByText('4 passed, 1 failed.')).toBeVisible();
});

test('what mosquitto printed on the machine with the certificate, a key in the paste, and its removal', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await lock(page, HOST);
  await article(page);
  const printed = readFileSync(new URL('../cases/scenarios/mosquitto-2.0.11/connect-refused-3-pub.txt', import.meta.url), 'utf8');
  await page.evaluate((text) => navigator.clipboard.writeText(text), `${printed}${PRIVATE_KEY}what is this\n`);
  await page.getByLabel('Paste an observation').focus();
  await page.keyboard.press('Control+V');
  await expect(elsewhere(page)).toContainText('Paste 1: 1 observation.');
  await expect(elsewhere(page)).toContainText('Cut out before it was kept: private key.');
  await expect(elsewhere(page)).toContainText(/Line \d+: this is no output of mosquitto_sub -d/);
  await expect(page.getByLabel('Paste an observation')).toHaveValue('');
  expect(await page.content()).not.toContain('MHcCAQEEIExample');

  // It says nothing of the sessions of this page: those have other rights.
  await expect(table(page)).toContainText('Nothing was observed yet.');
  await page.getByRole('radio', { name: 'the machine that holds the certificate' }).check();
  await expect(table(page)).toContainText('The sessions connect with the certificate');
  await expect(row(page, 5)).toContainText('pasted mosquitto output');
  await expect(row(page, 5)).toContainText('agrees');
  await elsewhere(page).getByRole('button', { name: 'Remove Paste 1' }).click();
  await expect(row(page, 5)).toContainText('not observed');
  await expect(page.getByLabel('Paste an observation')).toBeFocused();
  // Typed by hand, or as a file.
  await page.keyboard.type('{"eventType": "connected", "clientId": "temp-sensor-01"}');
  await page.getByRole('button', { name: 'Read what is typed' }).click();
  await expect(row(page, 1)).toContainText('lifecycle event');
});

test('the smallest rights and the commands are written from the plan', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await lock(page, HOST);
  await article(page);
  const needs = page.getByRole('region', { name: 'For this run' });
  await needs.getByText('Smallest rights for this run').click();
  await expect(needs).toContainText('this is no role; write its ARN');
  await needs.getByLabel('Role (ARN)').fill('arn:aws:iam::123456789012:role/lab');
  const policy = JSON.parse(await saved(page, 'Save the session policy'));
  expect(policy.Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    ['iot:Connect', [`${ARN}:client/temp-sensor-01`, `${ARN}:client/temp-sensor-01_01`]],
    ['iot:Publish', [`${ARN}:topic/dt/temperature`]],
    ['iot:Subscribe', [`${ARN}:topicfilter/cmd/temperature`]],
    ['iot:Receive', [`${ARN}:topic/cmd/temperature`]],
  ]);
  await needs.getByRole('button', { name: 'Copy: Command', exact: true }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^aws sts assume-role --role-arn=arn:aws:iam::123456789012:role\/lab /);
  await needs.getByLabel('Account number').fill('12');
  await expect(needs).toContainText('an account ID has twelve digits');

  await needs.getByText('Commands for the machine that holds the certificate').click();
  await needs.getByLabel('Private key file').fill('my key.pem');
  await needs.getByRole('button', { name: 'Copy: Commands' }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain(
    `mosquitto_sub -h ${HOST} -p 8883 --cafile AmazonRootCA1.pem --cert certificate.pem.crt --key 'my key.pem' -i temp-sensor-01`);
  await expect(needs).toContainText('C neither subscribes nor publishes');
  expect(await axe(page)).toEqual([]);
});

test('what is typed for a run outlasts the reloads that leave Live and lock the page again; a key does not', async ({ page }) => {
  await page.goto('./');
  await lock(page, HOST);
  const needs = page.getByRole('region', { name: 'For this run' });
  const open = async () => {
    await needs.getByText('Smallest rights for this run').click();
    await needs.getByText('Commands for the machine that holds the certificate').click();
  };
  const typed = { 'Account number': '111122223333', 'Role (ARN)': 'arn:aws:iam::111122223333:role/lab', 'Certificate file': 'my cert.pem' };
  await open();
  for (const [name, text] of Object.entries(typed)) await needs.getByLabel(name).fill(text);
  await needs.getByLabel('Private key file').fill(PRIVATE_KEY);
  await page.getByRole('button', { name: 'Leave Live' }).click();
  await expect(page.getByRole('contentinfo')).toContainText('Stays in this tab');
  await lock(page, HOST);
  await open();
  for (const [name, text] of Object.entries(typed)) await expect(needs.getByLabel(name)).toHaveValue(text);
  await expect(needs.getByLabel('Private key file')).toHaveValue('');
  await expect(needs).toContainText('role-arn=arn:aws:iam::111122223333:role/lab');
  await expect(needs).toContainText("--cert 'my cert.pem'");
});

test('another broker: no rights are predicted, the newcomer is', async ({ page, mosquitto }) => {
  await page.goto('./');
  await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
  await plain(page);
  await article(page);
  await expect(page.getByRole('region', { name: 'Who you are there' })).toContainText('This is not AWS IoT Core');
  await expect(page.getByRole('radio', { name: 'the machine that holds the certificate' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Run the plan' }).click();
  await expect(row(page, 6)).toContainText('agrees');
  await expect(table(page)).toContainText('1 agrees with what was observed, 0 contradict it, 5 cannot be told');
});
