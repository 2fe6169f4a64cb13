// The answer's side of Check: what lights what, ways out that are tried, findings, and the last readable answer.
import { readFileSync } from 'node:fs';
import { edited, expect, test } from './lab.mjs';

/** The policy of the example; the editor draws only the lines in sight. */
const EXAMPLE = readFileSync(new URL('../../static/samples/parallel-sessions.json', import.meta.url), 'utf8');

test.beforeEach(async ({ page }) => {
  await page.goto('./');
  await page.locator('.cm-content').waitFor();
});

const verdict = (page) => page.locator('.c-verdict');
const policy = (page) => page.getByLabel('Policy document (JSON)');
const field = (page, name) => page.locator(`[data-field="${name}"]`);
const part = (page, name) => page.locator(`[data-part="${name}"]`);
const cell = (page, question, client) => page.locator(`#answer-${question}-${client}`);
const ways = (page) => page.getByRole('region', { name: /^(Ways out|What would deny it)$/ }).first();
const lit = /(^| )is-lit( |$)/;
/** What is lit in the policy: a mark is cut where a variable stands in it. */
const litText = async (page) => (await page.locator('.cm-lit').allTextContents()).join('');

test('a resource in the explanation lights its place in the policy and the fields that it uses', async ({ page }) => {
  await part(page, 'row 3 1').hover();
  await expect(part(page, 'row 3 1')).toHaveClass(lit);
  await expect.poll(() => litText(page)).toBe('"arn:aws:iot:eu-west-1:123456789012:client/${iot:Connection.Thing.ThingName}_*"');
  for (const name of ['things', 'attachment', 'client-ids']) await expect(field(page, name)).toHaveClass(lit);
  await expect(field(page, 'publish')).not.toHaveClass(lit);
  await page.getByRole('heading', { name: 'Who connects?' }).hover();
  await expect(part(page, 'row 3 1')).not.toHaveClass(lit);
});

test('the focus lights too: a step by keyboard, a field, the caret in the policy', async ({ page }) => {
  await part(page, 'step 0').focus();
  await expect(field(page, 'attachment')).toHaveClass(lit);
  await page.keyboard.press('Tab');
  await expect(part(page, 'step 1')).toHaveClass(lit);
  await expect(part(page, 'step 0')).not.toHaveClass(lit);

  await page.getByLabel('Names of the attached things').focus();
  await expect(part(page, 'step 0')).toHaveClass(lit);
  await expect(part(page, 'row 3 0')).toHaveClass(lit);

  await page.locator('.cm-line').filter({ hasText: '}_*"' }).click();
  await expect(part(page, 'row 3 1')).toHaveClass(lit);
  await expect(part(page, 'row 3 0')).not.toHaveClass(lit);
  await expect(field(page, 'things')).toHaveClass(lit);
});

test('A tries the first way out, U takes it back, and typing an A is typing', async ({ page }) => {
  await page.keyboard.press('a');
  await expect(verdict(page)).toContainText('Allowed');
  await expect(verdict(page)).toContainText('Trying A: attach the certificate exclusively. Before: Denied - no statement allows it');
  await expect(cell(page, 0, 1)).toHaveText('before: Denied, now: Allowed');
  await expect(cell(page, 1, 1)).toHaveText('before: No connection, now: Allowed');
  await expect(cell(page, 0, 0)).toHaveText('Allowed');
  await expect(ways(page).getByRole('button', { name: /^Trying A: / })).toHaveAttribute('aria-pressed', 'true');
  await expect(page.getByRole('radio', { name: /not exclusively/ })).toBeChecked();
  await page.keyboard.press('u');
  await expect(cell(page, 0, 1)).toHaveText('Denied');
  await expect(verdict(page)).toContainText('Denied - no statement allows it');

  await page.keyboard.press('e');
  await expect(ways(page)).toContainText('Other devices get it too: every device gets what this one gets.');
  await expect(cell(page, 0, 1)).toHaveText('before: Denied, now: Allowed');
  await page.keyboard.press('Escape');
  await expect(cell(page, 0, 1)).toHaveText('Denied');

  await page.getByLabel('Publish to topics').press('a');
  await expect(cell(page, 0, 1)).toHaveText('Denied');
});

test('what is kept can be undone in one step', async ({ page }) => {
  await ways(page).getByRole('button', { name: /^Try D: write the name/ }).click();
  await ways(page).getByRole('button', { name: 'Keep it' }).click();
  await expect(cell(page, 0, 1)).toHaveText('Allowed');
  await expect.poll(() => edited(policy(page))).toContain('client/temp-sensor-01_*');
  await expect(page.getByRole('heading', { name: 'What would deny it' })).toBeFocused();
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => edited(policy(page))).not.toContain('client/temp-sensor-01_*');
  await expect(cell(page, 0, 1)).toHaveText('Denied');
});

test('advice has no button and says why', async ({ page }) => {
  const advice = ways(page).getByRole('row').filter({ hasText: 'one session, and a local broker' });
  await expect(advice).toContainText('there is nothing to try here');
  await expect(advice.getByRole('button')).toHaveCount(0);
});

test('a near miss is asked', async ({ page }) => {
  await page.getByLabel('Client IDs').fill('temp-sensor-01_01');
  await page.getByRole('button', { name: /^Ask this: with client ID temp-sensor-01/ }).click();
  expect(await page.getByLabel('Client IDs').inputValue()).toBe('temp-sensor-01_01\ntemp-sensor-01');
  await expect(verdict(page)).toContainText('Allowed by statement 1');
});

test('the matrix is one tab stop, and arrows move in it', async ({ page }) => {
  const grid = page.getByRole('grid', { name: 'Answers' });
  await expect(grid.locator('[tabindex="0"]')).toHaveCount(1);
  await cell(page, 0, 1).focus();
  for (const [key, row, column] of [
    ['ArrowDown', 1, 1], ['ArrowLeft', 1, 0], ['ArrowLeft', 1, 0], ['End', 1, 1], ['Home', 1, 0],
    ['Control+End', 3, 1], ['ArrowDown', 3, 1], ['Control+Home', 0, 0],
  ]) {
    await page.keyboard.press(key);
    await expect(cell(page, row, column)).toBeFocused();
  }
  await expect(grid.locator('[tabindex="0"]')).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(verdict(page)).toContainText('Allowed by statement 1');
  await page.keyboard.press('Tab');
  await expect(grid.locator(':focus')).toHaveCount(0);
});

test('a finding jumps to its place, says why, and is corrected', async ({ page }) => {
  await policy(page).fill(EXAMPLE.replace('topic/dt/temperature', 'topic/dt/+'));
  const findings = page.getByRole('region', { name: 'What the author may not have meant' });
  await expect(findings).toContainText('2 warnings');
  const finding = findings.getByRole('listitem').filter({ hasText: 'IPL-L003' });
  await finding.getByRole('button', { name: /line \d+, column \d+/ }).click();
  await expect(policy(page)).toBeFocused();
  await expect.poll(() => policy(page).evaluate((content) => content.getRootNode().getSelection().toString())).toContain('topic/dt/+');
  await finding.locator('summary').click();
  await expect(finding).toContainText('What to do');
  await finding.getByRole('button', { name: /^Correct it/ }).click();
  await expect.poll(() => edited(policy(page))).toContain('topic/dt/*');
  await expect(findings).toContainText('1 warning');
});

test('while the text cannot be read the last good answer stays and says so', async ({ page }) => {
  await policy(page).fill(EXAMPLE.replace('"Allow"', '"Allow'));
  await expect(verdict(page)).toHaveClass(/is-stale/);
  await expect(verdict(page)).toContainText('Answer for the last readable text of device-policy');
  await expect(cell(page, 0, 0)).toHaveText('Allowed');
  await expect(page.getByRole('listitem').filter({ hasText: 'IPL-P001' }).first()).toBeVisible();
  await policy(page).fill(EXAMPLE);
  await expect(verdict(page)).not.toHaveClass(/is-stale/);
});

test('one calm announcement of the headline', async ({ page }) => {
  const spoken = page.locator('p.c-quiet[role="status"]');
  await expect(spoken).toHaveText(/^Denied - no statement allows it\. temp-sensor-01_01 is not the name/);
  await page.keyboard.press('a');
  await expect(spoken).toHaveText(/^Trying A: attach the certificate exclusively\. Allowed\. /);
});

test('the questions stay in sight while the answers scroll in their box, and cover no answer that the arrows lead to', async ({ page }) => {
  await page.getByLabel('Client IDs').fill(Array.from({ length: 12 }, (_, number) => `temp-sensor-${number}`).join('\n'));
  await page.getByLabel('Publish to topics').fill(Array.from({ length: 20 }, (_, number) => `dt/line-${number}`).join('\n'));
  await expect(cell(page, 0, 11)).toBeAttached();
  const box = page.locator('.c-scroll.is-both');
  await box.evaluate((it) => { it.scrollLeft = 400; });
  expect(await box.evaluate((it) => it.scrollLeft)).toBeGreaterThan(100);
  const [around, head] = await Promise.all([box, box.locator('tbody th').first()].map((it) => it.boundingBox()));
  expect(Math.abs(head.x - around.x)).toBeLessThan(3);

  await cell(page, 22, 11).focus();
  const covered = [];
  for (const key of [...Array(22).fill('ArrowUp'), ...Array(11).fill('ArrowLeft')]) {
    await page.keyboard.press(key);
    covered.push(...await page.evaluate(() => {
      const { left, top, width, height } = document.activeElement.getBoundingClientRect();
      return document.activeElement.contains(document.elementFromPoint(left + width / 2, top + height / 2)) ? [] : [document.activeElement.id];
    }));
  }
  await expect(cell(page, 0, 0)).toBeFocused();
  expect(covered).toEqual([]);
});
