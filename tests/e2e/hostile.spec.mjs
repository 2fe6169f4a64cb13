// Hostile input on Check: markup, hidden characters, and inputs made to be slow. What is typed stays text.
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.mjs';

const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const MARKUP = [
  '<script>globalThis.owned = 1</script>',
  '<img src=x onerror="globalThis.owned = 1">',
  '<svg onload="globalThis.owned = 1"></svg>',
  '"><iframe srcdoc="<script>parent.owned = 1</script>"></iframe>',
  'javascript:globalThis.owned=1',
  '<a href="javascript:globalThis.owned=1">x</a>',
  '<style>*{display:none}</style>',
  '<math><mtext></p><img src=x onerror=globalThis.owned=1>',
  '{{constructor.constructor("globalThis.owned=1")()}}',
  '<template><script>globalThis.owned=1</script></template>',
  '</textarea><script>globalThis.owned=1</script>',
  '<base href="https://attacker.example/">',
  '<meta http-equiv="refresh" content="0;url=https://attacker.example/">',
  '\u2028</script><script>globalThis.owned=1</script>',
];

const policyText = (page) => page.getByLabel('Policy document (JSON)').first();
const statement = (resource) => JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Sid: resource, Effect: 'Allow', Action: ['iot:Connect', resource], Resource: [`${ARN}:client/${resource}`] }],
});

/** How many elements there are of each name, with what could run or load among their attributes. */
const elements = (page) => page.evaluate(() => {
  const names = new Set();
  const walk = (root) => root.querySelectorAll('*').forEach((element) => {
    names.add(element.localName);
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on') || /^\s*javascript:/i.test(value)) names.add(`${element.localName}[${name}]`);
    }
    if (element.shadowRoot) walk(element.shadowRoot);
  });
  walk(document);
  return [...names].sort();
});

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await page.locator('.cm-content').waitFor();
});

/** Every text field of Check but the policies' own: names, groups, values, fill-in, everything that is typed. */
const fields = (page) => page.locator('main').locator('input:is([type=text], :not([type])), textarea').filter({ hasNot: page.locator('[hidden]') });

const typeAll = (page, text) => fields(page).evaluateAll((all, text) => all.forEach((field) => {
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}), text);

test('T1: markup in any field stays text', async ({ page }) => {
  test.slow();
  // Values of the connection, of the certificate and of the thing are asked for, and a group is looked at.
  const asking = (text) => JSON.stringify({ Version: '2012-10-17', Statement: [{
    Sid: text, Effect: 'Allow', Action: ['iot:Connect', text],
    Resource: [`${ARN}:client/${text}`, `${ARN}:client/\${iot:Certificate.Subject.CommonName}-\${iot:Connection.Thing.Attributes[model]}`],
    Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { 'iot:DomainName': text } },
  }] });
  await page.getByRole('button', { name: 'Add a policy' }).click();
  await page.locator('details').evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  await page.getByLabel('Attached to').nth(1).selectOption('a thing group');
  await page.getByRole('button', { name: 'Share, save and open' }).click();
  const fill = async (text) => {
    await policyText(page).fill(asking(text));
    // Twice: what is typed into some asks for others.
    await typeAll(page, text);
    await typeAll(page, text);
    await page.locator('#answer-0-0').click();
    const bytes = Buffer.from(text);
    const inputs = page.locator('main input[type=file]');
    for (let index = 0; index < await inputs.count(); index += 1) {
      await inputs.nth(index).setInputFiles({ name: `${text}.json`, mimeType: 'application/json', buffer: bytes });
    }
    await page.evaluate((fragment) => { location.hash = fragment; }, `check?frobnicate${encodeURIComponent(text)}=1`);
    await page.evaluate((fragment) => { location.hash = fragment; }, `1.${encodeURIComponent(text)}`);
  };
  // What the page itself is made of when each field holds something that is refused.
  await fill('plain');
  expect(await fields(page).count()).toBeGreaterThanOrEqual(16);
  const before = new Set(await elements(page));
  for (const text of MARKUP) await fill(text);
  // Titles and names of cases.
  const cases = JSON.parse(readFileSync(new URL('../cases/principals.json', import.meta.url), 'utf8'));
  const listed = (cases.cases ?? cases).slice(0, MARKUP.length).map((one, index) => ({ ...one, title: MARKUP[index] }));
  await page.locator('main input[type=file]').last().setInputFiles({ name: `${MARKUP[0]}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(listed)) });
  await expect(page.getByRole('region', { name: 'Cases of the suite' })).toContainText(MARKUP[1]);
  await policyText(page).fill(MARKUP.join('\n'));
  const allowed = new Set([...before, 'li', 'ul', 'strong', 'mark', 'span', 'details', 'summary', 'table', 'tr', 'td', 'th', 'tbody', 'thead', 'caption', 'ol', 'br', 'path', 'circle', 'dl', 'dt', 'dd']);
  expect((await elements(page)).filter((name) => !allowed.has(name))).toEqual([]);
  expect(await page.evaluate(() => globalThis.owned)).toBeUndefined();
});

test('T3: hidden and look-alike characters are named where they stand', async ({ page }) => {
  for (const [character, name] of [['\u200B', 'U+200B'], ['\u202E', 'U+202E'], ['\u0430', 'U+0430']]) {
    await policyText(page).fill(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"${ARN}:client/a${character}b"}]}`);
    await expect(page.getByText(name).first()).toBeVisible();
  }
});

test('T21: patterns and client IDs that are made to be slow are answered', async ({ page }) => {
  // Backtracking would take longer than anybody waits.
  const pattern = `${'*a'.repeat(300)}*b`;
  await policyText(page).fill(statement(pattern));
  await page.getByLabel('Client IDs').fill('a'.repeat(128));
  await expect(page.locator('#answer-0-0')).toHaveText(/Denied/);
  // Ten thousand lines, as a paste brings them: what is not asked is counted. (`fill` inserts line by line.)
  await page.getByLabel('Client IDs').evaluate((area) => {
    area.value = Array.from({ length: 10_000 }, (_, number) => `c${number}`).join('\n');
    area.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await expect(page.getByText(/9950 lines were not asked/)).toBeVisible();
});

test('T12: what is typed is in no message of the console', async ({ page }) => {
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await policyText(page).fill('{"canary-5d1c": \u0000');
  await page.getByLabel('Client IDs').fill('canary-5d1c');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  expect(said.join('\n')).not.toContain('canary-5d1c');
});

test('T11: the browser restores nothing of what was typed, after a reload and after coming back', async ({ page }) => {
  const canary = 'canary-7e2a';
  const type = async () => {
    await policyText(page).fill(`{"${canary}":1}`);
    await typeAll(page, canary);
    await page.getByLabel(/Keep what I type/).waitFor({ state: 'detached' });
  };
  const nothing = async () => {
    await page.locator('.cm-content').waitFor();
    const held = await page.evaluate(() => [...document.querySelectorAll('input, textarea')].map(({ value }) => value).join('\n')
      + document.body.innerText + JSON.stringify({ ...localStorage, ...sessionStorage }));
    expect(held).not.toContain(canary);
  };
  // The browser asks before it leaves what is typed.
  page.on('dialog', (dialog) => dialog.accept());
  await type();
  await page.reload();
  await nothing();
  await type();
  await page.goto('about:blank');
  await page.goBack();
  await nothing();
});
