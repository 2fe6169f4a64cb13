// The first thirty seconds of somebody who has never been here, by pointer and by keyboard alone, on a desk and on a phone.
import { expect, test } from './lab.mjs';

const OWN = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:eu-west-1:123456789012:client/pump-?"}]}';

const verdict = (page) => page.locator('.c-verdict');
const cell = (page, question, client) => page.locator(`#answer-${question}-${client}`);
const surprise = (page) => page.locator('[data-part="row 3 1"]');
const lit = /(^| )is-lit( |$)/;

for (const width of [1280, 360]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height: 800 }, hasTouch: width === 360 });

    test.beforeEach(async ({ page }) => {
      await page.goto('./');
      // Zero typing: the case that it began with is answered.
      await expect(verdict(page)).toContainText('Denied - no statement allows it');
      await expect(verdict(page)).toContainText('temp-sensor-01_01 is not the name of a thing attached to this certificate');
      await page.locator('.cm-content').waitFor();
    });

    test('the example is understood and changed, and an own policy answered, by pointer', async ({ page }) => {
      const press = (locator) => (width === 360 ? locator.tap() : locator.click());
      // The part of the explanation, the line of the policy and the field light up together.
      await press(surprise(page));
      await expect.poll(async () => (await page.locator('.cm-lit').allTextContents()).join('')).toContain('ThingName}_*');
      await expect(page.locator('[data-field="attachment"]')).toHaveClass(lit);
      // One press tries the way out; the answers show before and after.
      await press(page.getByRole('button', { name: /^Try A: attach the certificate exclusively/ }));
      await expect(verdict(page)).toContainText('Allowed');
      await expect(cell(page, 0, 1)).toHaveText('before: Denied, now: Allowed');

      // Three interactions to an answer of one's own: new, paste, client ID.
      await press(page.getByRole('button', { name: 'Use my own policy' }));
      await page.getByLabel('Policy document (JSON)').fill(OWN);
      await page.getByLabel('Client IDs').fill('pump-1');
      await expect(verdict(page)).toContainText('Allowed by statement 1');
      await page.getByLabel('Client IDs').fill('pump-10');
      await expect(verdict(page)).toContainText('Denied - no statement allows it');
    });

    test('the same by keyboard alone', async ({ page }) => {
      await page.keyboard.press('w');
      await expect(page.getByRole('heading', { name: 'Why', exact: true })).toBeFocused();
      for (let step = 0; step < 4; step += 1) await page.keyboard.press('Tab');
      await expect(page.locator('[data-part^="step"]:focus')).toHaveCount(1);
      await expect(page.locator('.is-lit').first()).toBeAttached();
      await page.keyboard.press('a');
      await expect(verdict(page)).toContainText('Allowed');
      await expect(cell(page, 0, 1)).toHaveText('before: Denied, now: Allowed');
      await page.keyboard.press('u');
      await expect(verdict(page)).toContainText('Denied');

      await page.keyboard.press('n');
      await page.keyboard.press('t');
      await expect(page.locator('.cm-content')).toBeFocused();
      await page.keyboard.insertText(OWN);
      // Tab leaves the editor: nobody is trapped.
      await page.keyboard.press('Tab');
      await page.keyboard.press('q');
      await expect(page.getByLabel('Client IDs')).toBeFocused();
      await page.keyboard.insertText('pump-1');
      await expect(verdict(page)).toContainText('Allowed by statement 1');
      await page.keyboard.press('0');
      await expect(verdict(page)).toContainText('Denied - no statement allows it');
    });
  });
}
