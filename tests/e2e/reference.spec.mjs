// Reference: the tables, the switches of what nobody knows for certain, and what they do to an answer.
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.mjs';

const FILE = JSON.parse(readFileSync(new URL('../../static/reference.json', import.meta.url), 'utf8'));
const rowsOf = (id) => FILE.find((section) => section.id === id).rows;
const plain = (cell) => cell.replaceAll('`', '');

const open = async (page) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Reference', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Facts', exact: true })).toBeVisible();
};
const section = (page, name) => page.getByRole('region', { name, exact: true }).first();
const fidelity = (page) => section(page, 'Fidelity: undecided points');
const toScreen = (page, name) => page.getByRole('button', { name, exact: true }).click();

test('every table is there, row by row', async ({ page }) => {
  await open(page);
  for (const { title, rows } of FILE) {
    const heads = await section(page, title).locator('tbody').getByRole('rowheader').allInnerTexts();
    expect(heads.map((head) => head.trim()), title).toEqual(rows.map(([head]) => plain(head)));
  }
  for (const [code, means] of rowsOf('reasons')) {
    await expect(section(page, 'Reason codes').getByRole('row').filter({ has: page.getByText(plain(code), { exact: true }) }))
      .toContainText(plain(means));
  }
});

test('the filter leaves the rows in which every word stands', async ({ page }) => {
  await open(page);
  await page.getByLabel(/^Filter/).fill('THING_var attached');
  const heads = await page.getByRole('main').getByRole('rowheader').allInnerTexts();
  expect(heads.map((head) => head.trim())).toContain('THING_VAR_UNRESOLVED/NO_THING_ATTACHED');
  expect(heads.every((head) => head.includes('THING_VAR'))).toBe(true);
  await expect(page.getByRole('status').first()).toContainText(`${heads.length} rows`);
  await page.getByLabel(/^Filter/).fill('no-such-word');
  await expect(page.getByRole('status').first()).toHaveText('0 rows shown.');
});

test('every undecided point can be turned over, and Check names them all', async ({ page }) => {
  await open(page);
  const boxes = fidelity(page).getByRole('checkbox');
  const names = (await fidelity(page).getByRole('rowheader').allInnerTexts()).map((name) => name.trim());
  expect(names.length).toBeGreaterThan(15);
  for (const box of await boxes.all()) await box.check();
  await toScreen(page, 'Check');
  const notice = page.getByRole('note');
  for (const name of names) await expect(notice).toContainText(name);
  await notice.getByRole('button').click();
  await expect(page.getByRole('heading', { name: /^Fidelity/ })).toBeFocused();
  for (const box of await boxes.all()) await box.uncheck();
  await toScreen(page, 'Check');
  await expect(notice).toHaveCount(0);
});

test('a point that is turned over changes an answer that rests on it, and is undone like any change', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Policy document (JSON)').fill(JSON.stringify({
    Statement: { Effect: 'Allow', Action: 'iot:Connect', Resource: 'arn:aws:iot:eu-west-1:123456789012:client/${iot:ClientId}' },
  }));
  await page.getByLabel('Client IDs').fill('pump');
  const answer = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Connect' }) }).getByRole('button');
  await expect(answer).toHaveText(['Denied']);
  await toScreen(page, 'Reference');
  await page.getByRole('checkbox', { name: 'ABSENT_VERSION' }).check();
  await toScreen(page, 'Check');
  await expect(answer).toHaveText(['Allowed']);
  await expect(page.getByRole('note')).toContainText('Answered with 1 undecided point turned over: ABSENT_VERSION.');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(answer).toHaveText(['Denied']);
});

test.describe('without what is kept for the time without a network', () => {
  // The service worker would answer with the file that it keeps.
  test.use({ serviceWorkers: 'block' });
  test('without its file the reference says so, its switches work, and it can be asked for again', async ({ page, expectError }) => {
    expectError(/Failed to load resource/);
    await page.route('**/reference.json', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto('./');
    await toScreen(page, 'Reference');
    await expect(page.getByRole('alert')).toContainText('could not be fetched');
    await page.getByRole('checkbox', { name: 'NOT_ACTION' }).check();
    await page.unroute('**/reference.json');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('heading', { name: 'Facts', exact: true })).toBeVisible();
    await expect(page.getByRole('checkbox', { name: 'NOT_ACTION' })).toBeChecked();
  });
});

test('the file is asked for when the reference is opened, once', async ({ page }) => {
  const asked = [];
  page.on('request', (request) => { if (request.url().endsWith('reference.json')) asked.push(request.url()); });
  await page.goto('./');
  await page.getByRole('main').waitFor();
  expect(asked).toEqual([]);
  for (const screen of ['Reference', 'Check', 'Simulate', 'Reference']) await toScreen(page, screen);
  await expect(page.getByRole('heading', { name: 'Facts', exact: true })).toBeVisible();
  expect(asked).toHaveLength(1);
});
