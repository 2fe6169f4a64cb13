// How the page looks and is driven besides its content: keys, presenter mode, print, and other people's colours.
import { axe, expect, test } from './lab.mjs';

const SCREENS = ['Check', 'Simulate', 'Live', 'Reference'];
const ACCOUNT = '418273645091';
const CERTIFICATE = '3f1c9a5d7be2046813579bdf02468ace13579bdf02468ace13579bdf02468ace';
const shown = (page, name) => expect(page.getByRole('button', { name, exact: true })).toHaveAttribute('aria-current', 'page');
const start = async (page) => {
  await page.goto('./');
  await page.getByRole('main').waitFor();
};
/** The other program is there, and does not come in between. */
const fetched = async (page) => {
  await page.getByRole('button', { name: 'Lessons', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Lessons', exact: true })).toBeVisible();
};
const list = (page) => page.getByRole('dialog', { name: 'Keys' });

test('the keys open every screen and lead to every part of Check', async ({ page }) => {
  await start(page);
  for (const [key, screen] of [['4', 'Reference'], ['2', 'Simulate'], ['3', 'Live'], ['1', 'Check']]) {
    await page.keyboard.press(key);
    await shown(page, screen);
  }
  const focus = async (key, locator) => {
    await page.keyboard.press(key);
    await expect(locator).toBeFocused();
    await page.evaluate(() => document.activeElement.blur());
  };
  await focus('o', page.getByRole('region', { name: 'Who connects?' }).locator('input, textarea, select').first());
  await focus('q', page.getByLabel('Client IDs'));
  await focus('w', page.getByRole('heading', { name: 'Why', exact: true }));
  await focus('s', page.getByRole('heading', { name: 'Share, save and open' }));
  await expect(page.getByRole('button', { name: 'Copy a link' })).toBeVisible();
  await page.keyboard.press('t');
  const inPolicy = () => document.activeElement.closest('section')?.getAttribute('aria-labelledby');
  expect(await page.evaluate(inPolicy)).toBe('policies');
});

test('whoever goes by the tabs stays at the tabs', async ({ page }) => {
  await start(page);
  await fetched(page);
  for (const screen of ['Check', 'Simulate', 'Check', 'Simulate', 'Reference', 'Lessons', 'Check']) {
    const tab = page.getByRole('button', { name: screen, exact: true });
    await tab.focus();
    await page.keyboard.press('Enter');
    await shown(page, screen);
    await expect(page.getByRole('navigation', { name: 'Screens' }).getByRole('button', { name: screen, exact: true })).toBeFocused();
  }
});

test('a new policy by key, and back by key', async ({ page }) => {
  await start(page);
  const ids = page.getByLabel('Client IDs');
  const before = await ids.inputValue();
  await page.keyboard.press('n');
  await expect(ids).toHaveValue('');
  await expect(page.getByRole('heading', { name: 'Policy', exact: true })).toBeFocused();
  await page.keyboard.press('u');
  await expect(ids).toHaveValue(before);
  await page.keyboard.press('Control+Shift+Z');
  await expect(ids).toHaveValue('');
  await page.keyboard.press('Control+z');
  await expect(ids).toHaveValue(before);
});

test('inside fields keys are text, in a shadow root and in what can be edited too', async ({ page }) => {
  await start(page);
  const ids = page.getByLabel('Client IDs');
  await ids.fill('');
  await ids.press('4');
  await page.keyboard.type('npu?');
  await expect(ids).toHaveValue('4npu?');
  await shown(page, 'Check');
  await page.evaluate(() => {
    const host = document.createElement('div');
    host.attachShadow({ mode: 'open' }).append(Object.assign(document.createElement('div'), { contentEditable: 'true' }));
    document.querySelector('main').append(host);
    host.shadowRoot.firstChild.focus();
  });
  await page.keyboard.type('4npu?');
  expect(await page.evaluate(() => document.querySelector('main').lastChild.shadowRoot.textContent)).toBe('4npu?');
  await shown(page, 'Check');
  await expect(list(page)).toBeHidden();
});

test('single keys can be turned off, which this browser keeps and nothing else', async ({ page }) => {
  await start(page);
  await page.keyboard.press('?');
  await list(page).getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await page.keyboard.press('?');
  await shown(page, 'Check');
  await expect(list(page)).toBeHidden();
  expect(await page.evaluate(() => ({ ...localStorage }))).toEqual({ 'iot-policy-lab.single-keys': 'off' });
  await page.reload();
  await page.getByRole('main').waitFor();
  await page.keyboard.press('4');
  await shown(page, 'Check');
  await page.getByRole('button', { name: 'Help: keys' }).click();
  await list(page).getByRole('checkbox').check();
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await shown(page, 'Reference');
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test('the list of keys gives the focus back, and holds the keys while it is open', async ({ page }) => {
  await start(page);
  await fetched(page);
  for (const screen of SCREENS) {
    await page.getByRole('button', { name: screen, exact: true }).click();
    const help = page.getByRole('button', { name: 'Help: keys' });
    await help.click();
    await expect(list(page)).toBeVisible();
    await page.keyboard.press('4');
    await page.keyboard.press('Escape');
    await expect(list(page)).toBeHidden();
    await expect(help).toBeFocused();
    await shown(page, screen);
  }
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByRole('button', { name: 'Presenter' }).focus();
  await page.keyboard.press('?');
  await list(page).getByRole('button', { name: 'Close' }).click();
  await expect(page.getByRole('button', { name: 'Presenter' })).toBeFocused();
});

/** Everything that the page holds for a reader: text, values of fields, and names. */
const everything = (page) => page.evaluate(() => {
  const fields = [...document.querySelectorAll('input, textarea, select')].map(({ value }) => value);
  return [document.documentElement.outerHTML, document.body.innerText, document.title, ...fields].join('\n');
});

test('T22: presenter mode shows no account and no certificate ID, in large type, and stores nothing', async ({ page }) => {
  await start(page);
  const policy = page.getByLabel('Policy document (JSON)');
  await policy.fill(JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: ['iot:Connect', 'iot:Publish', 'iot:Subscribe'], Resource: [
      `arn:aws:iot:eu-west-1:${ACCOUNT}:client/${CERTIFICATE}`, `arn:aws:iot:eu-west-1:${ACCOUNT}:topic/${ACCOUNT}/*`,
      `arn:aws:iot:eu-west-1:${ACCOUNT}:topicfilter/*`] },
  }));
  await page.getByLabel('Client IDs').fill(CERTIFICATE);
  await page.getByLabel('Publish to topics').fill(`${ACCOUNT}/dt`);
  const answers = page.getByRole('table').filter({ hasText: 'Question' }).getByRole('button');
  const before = await answers.allInnerTexts();
  const size = async () => page.getByRole('heading', { level: 2 }).first().evaluate((h) => parseFloat(getComputedStyle(h).fontSize));
  const small = await size();
  expect(await everything(page)).toContain(ACCOUNT);

  await page.getByRole('button', { name: 'Presenter' }).click();
  expect(await size() / small).toBeGreaterThanOrEqual(1.5);
  expect(await answers.allInnerTexts()).toEqual(before);
  for (const screen of ['Check', 'Simulate', 'Live', 'Reference', 'Check']) {
    await page.getByRole('button', { name: screen, exact: true }).click();
    await shown(page, screen);
    const seen = await everything(page);
    expect(seen, screen).not.toContain(ACCOUNT);
    expect(seen, screen).not.toContain(CERTIFICATE);
  }
  // What is masked cannot be typed over; the rest can.
  await page.getByLabel('Client IDs').fill('other');
  await expect(page.getByRole('alert')).toContainText('masked');
  await page.getByLabel('Subscribe to topic filters').fill('cmd/#');
  expect(await page.evaluate(() => [localStorage.length, sessionStorage.length])).toEqual([0, 0]);

  await page.getByRole('button', { name: 'Presenter' }).click();
  await expect(page.getByLabel('Client IDs')).toHaveValue(CERTIFICATE);
  await expect(page.getByLabel('Subscribe to topic filters')).toHaveValue('cmd/#');
  await expect(page.getByRole('textbox', { name: 'Policy document (JSON)' })).toContainText(ACCOUNT);
});

test('T22: in presenter mode ways out are tried, what is pointed at lights the policy, and nothing pasted is shown', async ({ page }) => {
  await start(page);
  await page.getByText('Fill in from a certificate').click();
  await page.getByLabel('Certificate or output').fill(`{"thingName":"t","thingArn":"arn:aws:iot:eu-west-1:${ACCOUNT}:thing/t","attributes":{`);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Presenter' }).click();
  expect(await everything(page)).not.toContain(ACCOUNT);
  await page.keyboard.press('a');
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeVisible();
  await page.keyboard.press('u');
  await expect(page.getByRole('button', { name: 'Keep it' })).toBeHidden();
  await page.locator('[data-part^="row "]').first().hover();
  await expect(page.getByRole('region', { name: 'Policies' }).locator('pre .is-lit')).toContainText('arn:aws:iot');
  await page.keyboard.press('s');
  await expect(page.getByRole('alert')).toContainText('Leave it first');
  await page.keyboard.press('p');
  await expect(page.getByRole('button', { name: 'Share, save and open' })).toHaveAttribute('aria-expanded', 'false');
});

test('on paper: black on white, no controls, no table cut', async ({ page }) => {
  await start(page);
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  await page.setViewportSize({ width: 700, height: 1000 });
  await expect(page.getByRole('navigation')).toBeHidden();
  for (const name of ['Presenter', 'Help: keys', 'Undo', 'Add a policy']) {
    await expect(page.getByRole('button', { name })).toBeHidden();
  }
  for (const name of ['Answers', 'Why', 'Ways out', 'Policy']) await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  const found = await page.evaluate(() => ({
    colour: getComputedStyle(document.body).color,
    ground: getComputedStyle(document.body).backgroundColor,
    cut: [...document.querySelectorAll('main *')].filter((e) => e.checkVisibility() && e.clientWidth > 1
      && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 80)),
    wide: document.documentElement.scrollWidth <= innerWidth,
  }));
  expect(found).toEqual({ colour: 'rgb(0, 0, 0)', ground: 'rgb(255, 255, 255)', cut: [], wide: true });
});

for (const use of [{ reducedMotion: 'reduce' }, { contrast: 'more' }]) {
  test.describe(JSON.stringify(use), () => {
    test('every screen pleases axe', async ({ page }) => {
      await page.emulateMedia(use);
      await start(page);
      for (const screen of SCREENS) {
        await page.getByRole('button', { name: screen, exact: true }).click();
        await shown(page, screen);
        expect(await axe(page), screen).toEqual([]);
      }
    });
  });
}
