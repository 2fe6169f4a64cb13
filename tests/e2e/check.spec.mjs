// Check: the article's case on first load, pasted policies, and input that is not what it should be.
import { edited, expect, test } from './lab.mjs';

const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const THING = '${iot:Connection.Thing.ThingName}';
/** The article's policies; connect is the text between the brackets of the Connect resource. */
const article = (connect) => `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "iot:Connect", "Resource": [
${connect}
    ] },
    { "Effect": "Allow", "Action": "iot:Publish", "Resource": "${ARN}:topic/dt/temperature" },
    { "Effect": "Allow", "Action": "iot:Receive", "Resource": "${ARN}:topic/cmd/temperature" },
    { "Effect": "Allow", "Action": "iot:Subscribe", "Resource": "${ARN}:topicfilter/cmd/temperature" }
  ]
}`;
const P1 = article(`"${ARN}:client/${THING}"`);
const P2 = article(`"${ARN}:client/${THING}",
"${ARN}:client/${THING}_*" # the suffix`);
const P3 = article(`"${ARN}:client/temp-sensor-01", # the thing
"${ARN}:client/temp-sensor-01_*" # and a suffix`);

const policy = (page) => page.getByRole('textbox', { name: 'Policy document (JSON)' });
/** The editor of the first policy; it stands in the place of a textarea once it is loaded. */
const editor = (page) => page.locator('.c-editor .cm-content').first();

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await expect(editor(page)).toBeVisible();
});
const verdict = (page) => page.getByRole('region', { name: /Denied|Allowed|Cannot|Nothing/ }).first();

/** The words of one row of the matrix, without its heading. */
const row = (page, name) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
  .getByRole('gridcell').allInnerTexts();

test('the surprising case is answered on first load, with no input', async ({ page }) => {
  await expect(verdict(page)).toContainText('Denied - no statement allows it');
  await expect(verdict(page)).toContainText(
    'temp-sensor-01_01 is not the name of a thing attached to this certificate, so ${iot:Connection.Thing.ThingName} '
    + 'has no value and neither resource can match.');
  await expect(verdict(page)).toContainText('THING_VAR_UNRESOLVED/CLIENT_ID_NOT_THING');
  const why = page.getByRole('region', { name: 'Why' });
  await expect(why.getByRole('listitem').first()).toContainText('not exclusively');
  await expect(why).toContainText('no value: temp-sensor-01_01 is not the name of a thing attached to this certificate');
});

for (const [name, text, suffix] of [['P1', P1, 'Denied'], ['P2', P2, 'Denied'], ['P3', P3, 'Allowed']]) {
  test(`the article's ${name} comes out as its author saw it`, async ({ page }) => {
    await policy(page).fill(text);
    await page.getByLabel('Publish to topics').fill('dt/temperature\ncmd/temperature');
    await page.getByLabel('Subscribe to topic filters').fill('cmd/temperature\ndt/temperature');
    expect(await row(page, 'Connect')).toEqual(['Allowed', suffix]);
    expect((await row(page, 'Publish dt/temperature'))[0]).toBe('Allowed');
    expect((await row(page, 'Publish cmd/temperature'))[0]).toBe('Denied');
    expect((await row(page, 'Subscribe cmd/temperature'))[0]).toBe('Allowed');
    expect((await row(page, 'Subscribe dt/temperature'))[0]).toBe('Denied');
    const comments = text.split('#').length - 1;
    const problems = page.getByRole('listitem').filter({ hasText: 'IPL-P002' });
    await expect(problems).toHaveCount(comments);
    if (comments > 0) await expect(problems.first()).toContainText(/line \d+, column \d+/);
  });
}

test('an exclusive attachment admits the suffix, and no other device\'s', async ({ page }) => {
  await policy(page).fill(P2);
  await page.getByLabel('Client IDs').fill('temp-sensor-01\ntemp-sensor-01_01\ntemp-sensor-02_01');
  await page.getByRole('radio', { name: /exclusively \(EXCLUSIVE_THING\)/ }).check();
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Allowed', 'Denied']);
});

test('a cell without a connection leads to the reason', async ({ page }) => {
  await page.getByRole('button', { name: 'No connection' }).first().click();
  await expect(verdict(page)).toContainText('Cannot be asked: no connection');
  await page.getByRole('button', { name: 'Why is it not let in?' }).click();
  await expect(verdict(page)).toContainText('Denied - no statement allows it');
});

test('several policies count together', async ({ page }) => {
  await policy(page).fill(P1);
  await page.getByRole('button', { name: 'Add a policy' }).click();
  await policy(page).nth(1).fill(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect",
    "Resource":"${ARN}:client/temp-sensor-01_*"},{"Effect":"Deny","Action":"iot:Publish","Resource":"*"}]}`);
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Allowed']);
  expect(await row(page, 'Publish dt/temperature')).toEqual(['Forbidden', 'Forbidden']);
});

test('a finding leads to its place in the text', async ({ page }) => {
  await policy(page).fill(P1.replace('"iot:Publish"', '"iot:Publsh"'));
  const finding = page.getByRole('listitem').filter({ hasText: 'iot:Publish' });
  await expect(finding).toContainText('IPL-P004');
  await finding.getByRole('button', { name: /^line/ }).click();
  await expect(policy(page)).toBeFocused();
  expect(await page.evaluate(() => document.querySelector('.c-editor').shadowRoot.getSelection().toString()))
    .toBe('"iot:Publsh"');
});

for (const [name, text, code] of [
  ['broken JSON', '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow" "Action": 1', 'IPL-P001'],
  ['an empty policy', '', 'IPL-P001'],
  ['an unknown action', P1.replace('iot:Connect', 'iot:Conect'), 'IPL-P004'],
  ['a missing Resource', '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect"}}', 'IPL-P003'],
  ['typographic quotes', P1.replace('"Version"', '“Version”'), 'IPL-P006'],
  ['two policies in one paste', `${P1}\n${P1}`, 'IPL-P005'],
]) {
  test(`bad input: ${name} is named, and nothing typed is lost`, async ({ page }) => {
    await policy(page).fill(text);
    await expect(page.getByRole('listitem').filter({ hasText: code }).first()).toBeVisible();
    await expect.poll(() => edited(editor(page))).toBe(text);
    await page.getByRole('button', { name: 'Simulate', exact: true }).click();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await expect.poll(() => edited(editor(page))).toBe(text);
  });
}

test('more lines than are asked are said to be left out', async ({ page }) => {
  await page.getByLabel('Client IDs').fill(Array.from({ length: 230 }, (_, i) => `c${i}`).join('\n'));
  await expect(page.getByText('180 lines were not asked')).toBeVisible();
});
