// The page itself: the keyboard alone, and what it asks for. What it can reach: lock.spec.mjs; how it looks: states.spec.mjs.
import { expect, test } from './lab.mjs';

const SCREENS = ['Check', 'Simulate', 'Live'];
const open = async (page, screen) => {
  await page.goto('./');
  await page.getByRole('button', { name: screen, exact: true }).click();
};

/** Presses Tab until the control has the focus; fails when it is not among the next thirty. */
async function tabTo(page, control) {
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press('Tab');
    if (await control.evaluate((element) => element === element.getRootNode().activeElement)) return;
  }
  await expect(control).toBeFocused();
}

test('the whole way by keyboard: own policy, own client ID, answer', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('main').waitFor();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByLabel('Policy document (JSON)'));
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect",'
    + '"Resource":"arn:aws:iot:eu-west-1:123456789012:client/pump-?"}]}');
  // Tab leaves the field: nobody is trapped.
  await page.keyboard.press('Tab');
  await expect(page.getByLabel('Policy document (JSON)')).not.toBeFocused();
  await tabTo(page, page.getByLabel('Client IDs'));
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText('pump-1');
  await expect(page.getByRole('row').filter({ hasText: 'Connect' }).getByRole('button')).toHaveText(['Allowed']);
});

test('nothing is requested from anywhere but the page\'s own origin', async ({ page, site }) => {
  const elsewhere = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
  });
  for (const screen of SCREENS) await open(page, screen);
  expect(elsewhere).toEqual([]);
});

test('the browser asks before it leaves a page with something typed', async ({ page }) => {
  await page.goto('./');
  await page.getByLabel('Client IDs').fill('mine');
  // The program, which asks, has taken over.
  await expect(page.locator('#example')).toHaveCount(0);
  await expect(page.locator('#answer-0-1')).toHaveCount(0);
  const asked = page.waitForEvent('dialog');
  const leaving = page.reload().catch(() => null);
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.accept();
  await leaving;
  await page.getByRole('main').waitFor();
});
