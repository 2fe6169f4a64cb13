// Check's form: policies and what they are taken out of, who connects, and the values that the policies ask for.
import { readFileSync, writeFileSync } from 'node:fs';
import { drop, edited, expect, test } from './lab.mjs';

const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const CN = 'iot:Certificate.Subject.CommonName';
const CERTIFICATE = readFileSync(new URL('../certificates/plain.pem', import.meta.url), 'utf8');
const PRIVATE_KEY = ['-----BEGIN EC PRIVATE', 'KEY-----\nMHcCAQEEIExample\n-----END EC PRIVATE', 'KEY-----\n'].join(' ');

const statement = (action, resource, condition) => ({
  Effect: 'Allow', Action: action, Resource: `${ARN}:${resource}`, ...(condition && { Condition: condition }),
});
const policyOf = (...statements) => JSON.stringify({ Version: '2012-10-17', Statement: statements });
const CONNECT_ALL = policyOf(statement('iot:Connect', 'client/*'));

// The editor draws the lines that are in sight: in a window of this height, all of the example's.
test.use({ viewport: { width: 1280, height: 2400 } });

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await expect.poll(() => policyText(page)).toMatch(/\n\}\s*$/);
});

const policy = (page) => page.getByLabel('Policy document (JSON)');
/** What stands in the first policy's editor. */
const policyText = (page) => edited(page.locator('.cm-content').first());
const who = (page) => page.getByRole('region', { name: 'Who connects?' });
const policies = (page) => page.getByRole('region', { name: /^Polic/ });
const verdict = (page) => page.getByRole('region', { name: /Denied|Allowed|Cannot|Nothing/ }).first();
const undo = (page) => page.getByRole('button', { name: 'Undo' }).click();
const redo = (page) => page.getByRole('button', { name: 'Redo' }).click();
const value = (page, name) => page.getByLabel(name, { exact: true });
const ask = async (page, ids) => page.getByLabel('Client IDs').fill(ids);
const open = async (scope, summary) => scope.locator('summary', { hasText: summary }).click();
const pasteIn = async (page, text) => {
  const area = page.getByLabel('Certificate or output');
  if (!await area.isVisible()) await open(page, 'Fill in from');
  await area.fill(text);
};
/** The words of one row of the matrix, without its heading. */
const row = (page, name) => page.getByRole('grid').getByRole('row').filter({ has: page.getByRole('rowheader', { name }) })
  .getByRole('gridcell').allInnerTexts();

test('a value that is missing: cannot tell, the way to its field, the answer', async ({ page }) => {
  await policy(page).fill(policyOf(statement('iot:Connect', `client/\${${CN}}`, { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } })));
  await ask(page, 'pump-1');
  await expect(verdict(page)).toContainText('Cannot tell');
  await expect(who(page)).toContainText('These policies ask for 2 values that you have not set:');
  await expect(who(page)).toContainText(`Value needed: statement 1 uses ${CN}.`);
  await expect(who(page)).toContainText('IPL-C001');
  await who(page).getByRole('button', { name: CN }).click();
  await expect(value(page, CN)).toBeFocused();
  await page.keyboard.type('pump-1');
  await who(page).getByRole('button', { name: 'aws:SourceIp' }).focus();
  await page.keyboard.press('Enter');
  await expect(value(page, 'aws:SourceIp')).toBeFocused();
  await page.keyboard.type('10.1');
  await expect(who(page)).toContainText('This is no IP address.');
  await expect(value(page, 'aws:SourceIp')).toHaveValue('10.1');
  await expect(verdict(page)).toContainText('Cannot tell');
  await page.keyboard.type('.2.3');
  await expect(who(page)).not.toContainText('This is no IP address.');
  await expect(verdict(page)).toContainText('Allowed');
  await expect(who(page)).not.toContainText('have not set');
  // One field, one step.
  await undo(page);
  await expect(value(page, 'aws:SourceIp')).toHaveValue('');
  await undo(page);
  await expect(value(page, CN)).toHaveValue('');
  await redo(page);
  await redo(page);
  await expect(verdict(page)).toContainText('Allowed');
});

test('"has none" is an answer of its own, and unticking it brings the text back', async ({ page }) => {
  await policy(page).fill(policyOf(statement('iot:Connect', `client/\${${CN}}`)));
  await ask(page, 'pump-1');
  await value(page, CN).fill('pump-1');
  await expect(verdict(page)).toContainText('Allowed');
  await page.getByLabel(`has none: ${CN}`).check();
  await expect(verdict(page)).toContainText('Denied');
  await expect(value(page, CN)).toBeDisabled();
  await expect(who(page)).not.toContainText('have not set');
  await undo(page);
  await expect(verdict(page)).toContainText('Allowed');
  await redo(page);
  await page.getByLabel(`has none: ${CN}`).uncheck();
  await expect(value(page, CN)).toHaveValue('pump-1');
  await expect(verdict(page)).toContainText('Allowed');
});

test('only what these policies use is asked, and only for the things that can be bound', async ({ page }) => {
  await expect(who(page).getByText('has none')).toHaveCount(0);
  const model = 'iot:Connection.Thing.Attributes[model]';
  await policy(page).fill(policyOf(statement('iot:Connect', 'client/*', { StringEquals: { [model]: 'A' } })));
  await page.getByLabel('Names of the attached things').fill('pump-1\npump-2\npump-3');
  await ask(page, 'pump-1\npump-2\nother');
  await expect(who(page).getByText('has none')).toHaveCount(2);
  expect(await row(page, 'Connect')).toEqual(['Cannot tell', 'Cannot tell', 'Denied']);
  await value(page, `Thing pump-2: ${model}`).fill('A');
  expect(await row(page, 'Connect')).toEqual(['Cannot tell', 'Allowed', 'Denied']);
  await page.getByLabel('Principal').selectOption('IAM role or user');
  await expect(who(page).getByText('has none')).toHaveCount(0);
});

test('a policy can be switched off, removed and brought back', async ({ page }) => {
  await policy(page).fill(CONNECT_ALL);
  await page.getByRole('button', { name: 'Add a policy' }).click();
  await policy(page).nth(1).fill(policyOf({ ...statement('iot:Connect', 'client/*'), Effect: 'Deny' }));
  expect(await row(page, 'Connect')).toEqual(['Forbidden', 'Forbidden']);
  await page.getByRole('group', { name: 'policy-2' }).getByRole('checkbox', { name: 'on' }).uncheck();
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Allowed']);
  await undo(page);
  expect(await row(page, 'Connect')).toEqual(['Forbidden', 'Forbidden']);
  await redo(page);
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Allowed']);
  const second = page.getByRole('group', { name: 'policy-2' });
  await open(second, 'policy-2');
  await second.getByRole('button', { name: 'Remove policy-2' }).click();
  await expect(policy(page)).toHaveCount(1);
  await undo(page);
  await expect(policy(page)).toHaveCount(2);
});

test('a policy on a thing group counts where the thing is in it', async ({ page }) => {
  await policy(page).fill(CONNECT_ALL);
  await page.getByRole('button', { name: 'Add a policy' }).click();
  const second = page.getByRole('group', { name: 'policy-2' });
  await policy(page).nth(1).fill(policyOf(statement('iot:Publish', 'topic/*')));
  await page.getByLabel('Publish to topics').fill('anything');
  expect((await row(page, 'Publish anything'))[0]).toBe('Allowed');
  await open(second, 'policy-2');
  await second.getByLabel('Attached to').selectOption('a thing group');
  await second.getByLabel('Name of the group').fill('pumps');
  await expect(second).toContainText('attached to thing group pumps');
  expect((await row(page, 'Publish anything'))[0]).toBe('Denied');
  await page.getByLabel('Thing groups of temp-sensor-01').fill('pumps');
  expect((await row(page, 'Publish anything'))[0]).toBe('Allowed');
  await undo(page);
  expect((await row(page, 'Publish anything'))[0]).toBe('Denied');
});

test('Cognito: the role\'s policy and the identity\'s both have to allow', async ({ page }) => {
  await policy(page).fill(CONNECT_ALL);
  await page.getByLabel('Principal').selectOption('Cognito identity, authenticated');
  await expect(who(page)).toContainText('both must allow');
  expect(await row(page, 'Connect')).toEqual(['Denied', 'Denied']);
  await page.getByRole('button', { name: 'Add a policy' }).click();
  const second = page.getByRole('group', { name: 'policy-2' });
  await policy(page).nth(1).fill(policyOf(statement('iot:Connect', 'client/temp-sensor-01')));
  await open(second, 'policy-2');
  await second.getByLabel('Attached to').selectOption('the IAM role');
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Denied']);
  // A certificate has no role: the page says so and offers the way.
  await page.getByLabel('Principal').selectOption('X.509 certificate');
  await expect(second).toContainText('Not looked at: this principal has no IAM role.');
  await second.getByRole('button', { name: 'Attach it to the principal' }).click();
  await expect(second).toContainText('attached to the certificate');
});

test('over HTTPS nothing waits for a connection', async ({ page }) => {
  expect(await row(page, 'Publish dt/temperature')).toEqual(['Allowed', 'No connection']);
  await open(who(page), 'More');
  await page.getByLabel('Connects by').selectOption('HTTPS');
  expect(await row(page, 'Publish dt/temperature')).toEqual(['Allowed', 'Allowed']);
  expect(await row(page, 'Connect')).toEqual(['Not over HTTPS', 'Not over HTTPS']);
  await expect(who(page).locator('summary', { hasText: 'More: HTTPS' })).toBeVisible();
});

test('other actions are asked; lines that are none are named', async ({ page }) => {
  const shadow = `${ARN}:thing/temp-sensor-01`;
  await policy(page).fill(policyOf(statement('iot:Connect', 'client/*'), statement('iot:GetThingShadow', 'thing/*')));
  const questions = page.getByRole('region', { name: 'Ask' });
  await open(questions, 'More');
  await page.getByLabel('Other actions').fill(`iot:GetThingShadow ${shadow}\niot:UpdateThingShadow`);
  expect(await row(page, `iot:GetThingShadow ${shadow}`)).toEqual(['Allowed', 'Allowed']);
  await expect(questions).toContainText('Not asked, because it is not an action and an ARN: iot:UpdateThingShadow.');
  await page.getByLabel('Topic of the will').fill('last/will');
  expect(await row(page, 'Connect')).toEqual(['Denied', 'Denied']);
});

const TEMPLATE = JSON.stringify({
  Resources: {
    First: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'first', PolicyDocument: JSON.parse(CONNECT_ALL) } },
    Second: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: JSON.parse(policyOf(statement('iot:Publish', 'topic/*'))) } },
  },
}, null, 2);

test('a CloudFormation template in the policy field: its policies are taken out in one step', async ({ page }) => {
  await policy(page).fill(TEMPLATE);
  await expect(policies(page)).toContainText('This text holds 2 policies. Taken out of a CloudFormation template.');
  await page.getByRole('button', { name: 'Take the 2 policies out of this' }).click();
  await expect(policy(page)).toHaveCount(2);
  await expect(page.getByRole('group', { name: 'first' })).toBeVisible();
  await expect(page.getByRole('group', { name: 'Second' })).toBeVisible();
  expect(await row(page, 'Connect')).toEqual(['Allowed', 'Allowed']);
  expect(await row(page, 'Publish dt/temperature')).toEqual(['Allowed', 'Allowed']);
  await undo(page);
  await expect(policy(page)).toHaveCount(1);
  await expect(policies(page)).toContainText('This text holds 2 policies.');
  await redo(page);
  await expect(policy(page)).toHaveCount(2);
});

test('the output of get-policy, and what a template computes', async ({ page }) => {
  await policy(page).fill(JSON.stringify({ policyName: 'mine', policyDocument: CONNECT_ALL, defaultVersionId: '1' }));
  await expect(policies(page)).toContainText('Taken out of the output of aws iot get-policy.');
  await page.getByRole('button', { name: 'Take the policy out of this' }).click();
  await expect.poll(() => policyText(page)).toBe(CONNECT_ALL);
  await expect(page.getByRole('group', { name: 'mine' })).toBeVisible();
  await policy(page).fill('Resources:\n  P:\n    Type: AWS::IoT::Policy\n');
  await expect(policies(page)).toContainText('A template in YAML is not read here.');
});

const file = (name, content) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
const openFiles = (page, ...files) => policies(page).locator('input[type=file]').setInputFiles(files);

test('files become policies; those that cannot are named and change nothing', async ({ page }, info) => {
  const before = await policyText(page);
  await openFiles(page, file('fleet.json', CONNECT_ALL), file('stack.json', TEMPLATE));
  await expect(policy(page)).toHaveCount(4);
  await expect(policies(page)).toContainText('3 policies were taken.');
  await expect(page.getByRole('group', { name: 'fleet' })).toBeVisible();
  await undo(page);
  await expect(policy(page)).toHaveCount(1);
  await expect.poll(() => policyText(page)).toBe(before);

  await openFiles(page, { name: 'utf16.json', mimeType: 'text/plain', buffer: Buffer.from(`\ufeff${CONNECT_ALL}`, 'utf16le') });
  await expect(policies(page)).toContainText('utf16.json was not taken: it is not text in UTF-8 (byte 0).');
  await openFiles(page, file('device.key', PRIVATE_KEY));
  await expect(policies(page)).toContainText('device.key: The text holds a private key; nothing of it was read or kept.');
  const large = info.outputPath('large.json');
  writeFileSync(large, Buffer.alloc(50_000_001, 0x20));
  await policies(page).locator('input[type=file]').setInputFiles(large);
  await expect(policies(page)).toContainText('large.json was not taken: it has 50000001 bytes, and at most 1048576 are read.');
  await expect(policy(page)).toHaveCount(1);
  await expect.poll(() => policyText(page)).toBe(before);
});

test('a file that is dropped on a policy\'s text is taken once, and what cannot be read changes nothing', async ({ page }) => {
  const editor = page.locator('.cm-content').first();
  await editor.waitFor();
  const before = await policyText(page);
  await drop(editor, [['latin.json', new Uint8Array([0x7b, 0xe4, 0x7d])]]);
  await expect(policies(page)).toContainText('latin.json was not taken');
  await drop(editor, [['dropped.json', CONNECT_ALL]]);
  await expect(page.getByRole('group', { name: 'dropped' })).toBeVisible();
  await expect(policy(page)).toHaveCount(2);
  await expect.poll(() => policyText(page)).toBe(before);
});

test('a file that is dropped where none is taken does not open in place of the page', async ({ page }) => {
  await page.getByRole('button', { name: 'Simulate', exact: true }).waitFor();
  for (const place of ['header', '#share', 'footer', '#answer-0-0']) {
    const went = await page.locator(place).first().evaluate((target) => {
      const carried = new DataTransfer();
      carried.items.add(new File(['{}'], 'a.json'));
      return ['dragover', 'drop'].map((kind) =>
        target.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true, composed: true })));
    });
    expect(went, place).toEqual([false, false]);
  }
});

test('files can be dropped on a panel', async ({ page }) => {
  await drop(policies(page), [['dropped.json', CONNECT_ALL]]);
  await expect(page.getByRole('group', { name: 'dropped' })).toBeVisible();
  await drop(who(page), [['device.pem', CERTIFICATE]]);
  await expect(who(page)).toContainText('Taken from the certificate: its ID, serial number and');
});

test('more than the page takes into a field leaves the field as it was, at once', async ({ page }) => {
  const field = page.getByLabel('Publish to topics');
  const before = await field.inputValue();
  await field.evaluate((area) => {
    area.value = ' '.repeat(3_000_000);
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await expect(page.getByRole('alert')).toContainText('Not taken: the text has 3000000 bytes');
  await expect(field).toHaveValue(before);
});

test('a private key is kept in no field', async ({ page }) => {
  await policy(page).fill(`${CERTIFICATE}${PRIVATE_KEY}`);
  await expect(page.getByRole('alert')).toContainText('What you pasted holds a private key.');
  await expect.poll(() => policyText(page)).toContain('"Version": "2012-10-17"');
  expect(await policyText(page)).not.toContain('BEGIN');
  await pasteIn(page, `${CERTIFICATE}${PRIVATE_KEY}`);
  await expect(who(page)).toContainText('Nothing was taken: the text holds a private key');
  await expect(page.getByLabel('Certificate or output')).toHaveValue('');
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
});

test('a certificate fills in what the policies ask for', async ({ page }) => {
  await policy(page).fill(policyOf(statement('iot:Connect', `client/\${${CN}}`)));
  await pasteIn(page, CERTIFICATE);
  await expect(who(page)).toContainText(/Taken from the certificate: its ID, serial number and \d+ fields\./);
  await expect(page.getByLabel('Certificate or output')).toHaveValue('');
  const name = await value(page, CN).inputValue();
  expect(name).not.toBe('');
  await ask(page, name);
  expect(await row(page, 'Connect')).toEqual(['Allowed']);
  await undo(page);
  await undo(page);
  await expect(value(page, CN)).toHaveValue('');
  await redo(page);
  await expect(value(page, CN)).toHaveValue(name);
});

const describe = (name) => JSON.stringify({
  defaultClientId: name, thingName: name, thingId: 'x', thingTypeName: 'pump', attributes: { model: 'A' }, version: 1,
});

test('describe-thing fills in type and attributes; a thing that is not attached is said to be', async ({ page }) => {
  await policy(page).fill(policyOf(statement('iot:Connect', 'client/*', {
    StringEquals: { 'iot:Connection.Thing.Attributes[model]': 'A', 'iot:Connection.Thing.ThingTypeName': 'pump' },
  })));
  await expect(who(page)).toContainText('ask for 2 values');
  await pasteIn(page, describe('temp-sensor-01'));
  await expect(who(page)).toContainText('Taken of thing temp-sensor-01: type pump, one attribute.');
  expect((await row(page, 'Connect'))[0]).toBe('Allowed');
  await undo(page);
  await expect(who(page)).toContainText('ask for 2 values');
  await redo(page);
  expect((await row(page, 'Connect'))[0]).toBe('Allowed');
  await pasteIn(page, describe('pump-1'));
  await expect(who(page)).toContainText('pump-1 is none of the attached things above.');
  await expect(page.getByLabel('Names of the attached things')).toHaveValue('temp-sensor-01');
});

test('list-principal-things-v2 and list-thing-principals-v2 tell how the certificate is attached', async ({ page }) => {
  const exclusive = page.getByRole('radio', { name: /exclusively \(EXCLUSIVE_THING\)/ });
  await pasteIn(page, JSON.stringify({ principalThingObjects: [{ thingName: 'pump-1', thingPrincipalType: 'EXCLUSIVE_THING' }] }));
  await expect(who(page)).toContainText('Attached: pump-1. The attachment is EXCLUSIVE_THING.');
  await expect(who(page)).toContainText('No longer attached: temp-sensor-01.');
  await expect(exclusive).toBeChecked();
  await expect(page.getByLabel('Names of the attached things')).toHaveValue('pump-1');
  await undo(page);
  await expect(exclusive).not.toBeChecked();
  await expect(page.getByLabel('Names of the attached things')).toHaveValue('temp-sensor-01');
  await pasteIn(page, JSON.stringify({ thingPrincipalObjects: [
    { principal: `${ARN}:cert/${'ab'.repeat(32)}`, thingPrincipalType: 'EXCLUSIVE_THING' },
  ] }));
  await expect(who(page)).toContainText(`Taken: the principal ${'ab'.repeat(32)}.`);
  await expect(exclusive).toBeChecked();
  await pasteIn(page, '{"things": ["a"]');
  await expect(who(page)).toContainText('Nothing was taken: this is neither');
  await expect(page.getByLabel('Certificate or output')).toHaveValue('{"things": ["a"]');
});

test('one\'s own policy begins with empty fields, and the example comes back', async ({ page }) => {
  await page.getByRole('button', { name: 'Use my own policy' }).click();
  await expect.poll(() => policyText(page)).toBe('');
  await expect(policy(page)).toBeFocused();
  await expect(policies(page)).toContainText('Paste a policy, or what holds one');
  await expect(page.getByLabel('Client IDs')).toHaveValue('');
  await undo(page);
  await expect(page.getByLabel('Client IDs')).toHaveValue('temp-sensor-01\ntemp-sensor-01_01');
  await redo(page);
  await page.getByRole('button', { name: 'Show the example again' }).click();
  await expect(verdict(page)).toContainText('Denied - no statement allows it');
});
