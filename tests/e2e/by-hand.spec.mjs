// Check by hand: where the focus goes when what had it is gone, what the keyboard lights, jumps within the page, and what is
// said when the other program does not come.
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.mjs';

test.use({ serviceWorkers: 'block' });

const { fragment } = JSON.parse(readFileSync(new URL('../cases/links/1.json', import.meta.url), 'utf8'))[0];
const button = (page, name) => page.getByRole('button', { name, exact: true });
const heading = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.localName);
const start = async (page, path = './') => {
  await page.goto(path);
  await page.locator('.cm-content').first().waitFor();
};
const press = async (page, name) => {
  await button(page, name).focus();
  await page.keyboard.press('Enter');
};

test('the focus stays near what went away', async ({ page }) => {
  await start(page, `./#${fragment}`);
  await press(page, 'Remove it from the address bar');
  await expect.poll(() => heading(page)).toBe('main');

  await start(page);
  await page.getByLabel('Client IDs').fill('temp-sensor-01_01');
  await press(page, 'Undo');
  await expect.poll(() => heading(page)).toBe('policies');
  await page.keyboard.press('a');
  await press(page, 'Take it back (U)');
  await expect.poll(() => heading(page)).toBe('ways-out');
  await page.locator('#answer-1-1').click();
  await press(page, 'Why is it not let in?');
  await expect.poll(() => heading(page)).toBe('verdict');
  await press(page, 'Add a policy');
  // With several policies each has a box before its text.
  await page.keyboard.press('t');
  await expect(page.locator('.c-editor').first()).toBeFocused();
  await page.locator('[data-policy="1"] summary').click();
  await press(page, 'Remove policy-2');
  await expect.poll(() => heading(page)).toBe('policies');
});

test('a case of a suite opens with its answer in view, and the list closes with the focus in the panel', async ({ page }) => {
  await start(page);
  await press(page, 'Share, save and open');
  const download = page.waitForEvent('download');
  await button(page, 'Save all answers as a suite').click();
  const suite = readFileSync(await (await download).path());
  const region = page.getByRole('region', { name: 'Share, save and open' });
  await region.locator('input[type=file]').setInputFiles({ name: 'suite.json', mimeType: 'application/json', buffer: suite });
  await region.getByRole('button', { name: 'connect-temp-sensor-01_01' }).click();
  await expect.poll(() => heading(page)).toBe('verdict');
  await expect(page.locator('#verdict')).toBeInViewport();
  await press(page, 'Close the suite');
  await expect.poll(() => heading(page)).toBe('share');
});

test('every part of the answer takes the focus and lights what it speaks of', async ({ page }) => {
  await start(page);
  const names = await page.locator('[data-part]:visible').evaluateAll((parts) => parts.map((part) => part.dataset.part));
  for (const kind of ['headline', 'step', 'row', 'statement', 'value']) {
    expect(names.some((name) => name.startsWith(kind)), kind).toBe(true);
  }
  await page.locator('[data-part=headline]').focus();
  const reached = new Set();
  for (let number = 0; number < names.length * 2; number += 1) {
    const name = await page.evaluate(() => document.activeElement.dataset.part);
    if (name !== undefined) {
      reached.add(name);
      await expect(page.locator(`[data-part="${name}"]`)).toHaveClass(/is-lit/);
    }
    await page.keyboard.press('ArrowDown');
  }
  expect(names.filter((name) => !reached.has(name))).toEqual([]);
  await page.locator('[data-part^="row "]').first().focus();
  await expect(page.locator('.cm-lit').first()).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('[data-part^="step "]:focus')).toHaveCount(1);
});

test('jumps within the page leave the link in the address bar, and the example takes it away', async ({ page }) => {
  await start(page, `./#${fragment}`);
  const hash = () => new URL(page.url()).hash;
  const banner = page.getByText('Opened from a link');
  await expect(banner).toBeVisible();
  await page.getByRole('link', { name: 'Why, step by step' }).click();
  await expect.poll(() => heading(page)).toBe('why');
  await expect(page.locator('#why')).toBeInViewport();
  await page.getByRole('link', { name: 'Skip to the content' }).focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => heading(page)).toBe('main');
  expect(hash()).toBe(`#${fragment}`);
  await expect(banner).toBeVisible();
  await button(page, 'Show the example again').click();
  await expect(banner).toBeHidden();
  expect(hash()).toBe('');
});

test('the other program does not come: said once, nothing waits, and it opens when it is there', async ({ page, expectError }) => {
  expectError(/Failed to load resource/);
  await page.route(/sessions/, (route) => route.abort());
  await start(page);
  const alert = page.getByRole('alert');
  for (let number = 0; number < 3; number += 1) {
    await button(page, 'Simulate').click();
    await expect(alert).toHaveText(/could not be fetched/);
  }
  await expect(button(page, 'Check')).toHaveAttribute('aria-current', 'page');
  await expect(page).toHaveTitle(/^Check/);
  await button(page, 'Share, save and open').click();
  await expect(page.getByText('One moment.').filter({ visible: true })).toHaveCount(0);
  const template = '{"Resources":{"P":{"Type":"AWS::IoT::Policy","Properties":{"PolicyDocument":{"Version":"2012-10-17","Statement":[]}}}}}';
  await page.getByLabel('Policy document (JSON)').fill(template);
  await expect(alert).toHaveText(/could not be fetched/);

  await page.unroute(/sessions/);
  await button(page, 'Share, save and open').click();
  await expect(page.getByRole('button', { name: 'Copy a link' })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Take the policy out/ })).toBeVisible();
  await button(page, 'Simulate').click();
  await expect(page).toHaveTitle(/^Simulate/);
  await expect(alert).toHaveCount(0);
});

test('a link that cannot be read now is read by the next load', async ({ page, expectError }) => {
  expectError(/Failed to load resource/);
  await page.route(/sessions/, (route) => route.abort());
  await start(page, './#check?clientId=pump-7');
  await expect(page.getByRole('alert')).toContainText('Reload the page to try again');
  await expect(page.getByLabel('Client IDs')).toHaveValue(/temp-sensor-01/);
  await page.unroute(/sessions/);
  await page.reload();
  await expect(page.getByLabel('Client IDs')).toHaveValue('pump-7');
});
