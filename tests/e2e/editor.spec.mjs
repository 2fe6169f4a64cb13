// The policy editor, which takes over from the textarea once the page is usable.
import { devices } from '@playwright/test';
import { edited, expect, test } from './lab.mjs';

const NAME = 'Policy document (JSON)';
const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const POLICY = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "iot:Connect", "Resource": "${ARN}:client/\${iot:ClientId}" }
  ]
}`;
/** Three findings: an unknown action, a comment, a comma too many. */
const FLAWED = POLICY.replace('iot:Connect', 'iot:Conect').replace('" }\n', '" }, # one\n');

const editor = (page) => page.getByRole('textbox', { name: NAME });
const content = (page) => page.locator('.c-editor .cm-content');
/** Those of the text; once it can be read, the page finds more in what it says. */
const findings = (page) => page.locator('.c-editor ~ .c-problems').getByRole('listitem');
const text = (page) => edited(content(page));
/** The selected text; Chromium tells it of a shadow root alone. */
const selected = (page) => page.evaluate(() => document.querySelector('.c-editor').shadowRoot.getSelection().toString());

/** Opens the page and waits for the editor. */
async function open(page) {
  await page.goto('./');
  await expect(content(page)).toBeVisible();
}

/** A paste of `piece`, so many times; made in the page, because it may be large. */
const paste = (field, piece, times = 1) => field.evaluate((it, [piece, times]) => {
  const data = new DataTransfer();
  data.setData('text/plain', piece.repeat(times));
  const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true, composed: true });
  return it.dispatchEvent(event);
}, [piece, times]);

/** Lets the editor's file through only when told. */
async function holdEditor(page) {
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  await page.route('**/editor-*.js', async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test('it takes over text, selection and focus, and nothing moves', async ({ page }) => {
  await page.addInitScript(() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value, sources }) =>
      `${value} ${sources.map(({ node }) => node?.className).join()}`))).observe({ type: 'layout-shift', buffered: true });
  });
  const release = await holdEditor(page);
  await page.goto('./');
  const area = page.locator('textarea#policy-0');
  await area.fill(POLICY);
  await area.evaluate((it) => it.setSelectionRange(4, 11, 'backward'));
  await area.press('Shift+ArrowRight');
  await area.press('x');
  const typed = POLICY.slice(0, 5) + 'x' + POLICY.slice(11);
  await expect(area).toHaveValue(typed);
  await area.evaluate((it) => it.setSelectionRange(2, 6));
  await page.evaluate(() => { shifts.length = 0; });
  const before = await area.boundingBox();
  release();
  await expect(content(page)).toBeFocused();
  await expect(area).toHaveCount(0);
  expect(await text(page)).toBe(typed);
  expect(await page.locator('.c-editor').boundingBox()).toEqual(before);
  expect(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(shifts)))))).toEqual([]);
  await page.keyboard.type('[]');
  expect(await text(page)).toBe(typed.slice(0, 2) + '[]' + typed.slice(6));
});

test('without its file the textarea stays and works', async ({ page, expectError }) => {
  expectError(/ERR_FAILED/);
  await page.route('**/editor-*.js', (route) => route.abort());
  const failed = page.waitForEvent('requestfailed');
  await page.goto('./');
  await failed;
  await page.locator('textarea#policy-0').fill(FLAWED);
  await expect(findings(page)).toHaveCount(3);
  await findings(page).first().getByRole('button', { name: /^line/ }).click();
  const area = page.locator('textarea#policy-0');
  await expect(area).toBeFocused();
  expect(await area.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd))).toBe('"iot:Conect"');
  await expect(content(page)).toHaveCount(0);
  expect(await paste(area, 'a line of text\n', 3_500_000), 'the browser may go on').toBe(false);
  await expect(page.getByRole('alert')).toContainText('would have 52500000 bytes');
  await expect(area).toHaveValue(FLAWED);
});

test('it waits for an input method in the middle of a word', async ({ page }) => {
  const release = await holdEditor(page);
  await page.goto('./');
  const area = page.locator('textarea#policy-0');
  await area.fill('');
  await area.focus();
  const browser = await page.context().newCDPSession(page);
  await browser.send('Input.imeSetComposition', { text: 'に', selectionStart: 1, selectionEnd: 1 });
  const arrived = page.waitForEvent('requestfinished', (request) => request.url().includes('/editor-'));
  release();
  await arrived;
  await page.evaluate(() => new Promise((idle) => requestIdleCallback(() => setTimeout(idle))));
  await expect(area).toBeFocused();
  await browser.send('Input.insertText', { text: '日' });
  await expect(content(page)).toBeFocused();
  expect(await text(page)).toBe('日');
});

test('names, words and variables differ in colour, lines are numbered', async ({ page }) => {
  await open(page);
  await editor(page).fill(POLICY.replace('"2012-10-17"', '17'));
  const look = (piece) => content(page).getByText(piece).first().evaluate((it) => getComputedStyle(it).color);
  const plain = await content(page).evaluate((it) => getComputedStyle(it).color);
  const colours = [plain, await look('"Version"'), await look('17'), await look('"Allow"'), await look('${iot:ClientId}')];
  expect(new Set(colours).size).toBe(5);
  expect(await content(page).evaluate((it) => getComputedStyle(it).fontFamily)).toContain('monospace');
  await expect(page.locator('.cm-lineNumbers .cm-gutterElement').filter({ hasText: '6' })).toBeVisible();
});

test('brackets are paired outside strings and comments', async ({ page }) => {
  await open(page);
  await editor(page).fill('{ "[": [1, "]"] } # ]');
  const pair = page.locator('.c-editor .cm-matchingBracket');
  await editor(page).press('Control+Home');
  await expect(pair).toHaveText(['{', '}']);
  for (let i = 0; i < 8; i += 1) await editor(page).press('ArrowRight');
  await expect(pair).toHaveText(['[', ']']);
  expect(await pair.last().evaluate((it) => it.nextSibling.textContent)).toBe(' }');
  await editor(page).press('Delete');
  await editor(page).press('Backspace');
  await editor(page).press('Control+Home');
  await expect(page.locator('.c-editor .cm-nonmatchingBracket')).toHaveText(['{', ']']);
});

test('a new line is indented by the brackets before it', async ({ page }) => {
  await open(page);
  await editor(page).fill('{}');
  await editor(page).press('Control+Home');
  await editor(page).press('ArrowRight');
  await page.keyboard.type('\n"a{": [\n1]\n');
  expect(await text(page)).toBe('{\n  "a{": [\n    1]\n  \n}');
});

test('it is a named field of several lines for assistive technology', async ({ page }) => {
  await open(page);
  await expect(editor(page)).toHaveCount(1);
  await expect(editor(page)).toHaveAttribute('aria-multiline', 'true');
  await editor(page).fill(FLAWED);
  await expect(page.getByRole('status').filter({ hasText: '2 errors, 1 warning' })).toBeVisible();
  await page.getByText(NAME).click();
  await expect(content(page)).toBeFocused();
});

/** What stands under each wavy line. */
const marked = (page, severity = 'error') => page.locator(`.cm-lintRange-${severity}`).allTextContents();

test('a finding is drawn at its place, whatever stands before it', async ({ page }) => {
  await open(page);
  await editor(page).fill(POLICY.replace('"Effect": "Allow"', '"Sid": "Allöw€🙂", "Effect": "Alow🙂"'));
  await expect.poll(() => marked(page)).toEqual(['"Alow🙂"']);
  await expect(page.locator('.cm-lint-marker-error')).toHaveCount(1);
  const line = page.locator('.cm-lintRange-error');
  expect(await line.evaluate((it) => getComputedStyle(it).textDecorationStyle)).toBe('wavy');
  await line.hover();
  await expect(page.locator('.cm-tooltip-lint')).toContainText('Alow🙂 is no effect');
});

for (const [name, end] of [['CRLF', '\r\n'], ['a lone CR', '\r']]) {
  test(`a finding is drawn at its place in a text with ${name}`, async ({ page }) => {
    // What is pasted loses such line ends on its way in; what a load of the page hands over does not.
    await page.addInitScript((end) => {
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (key, value) {
        const handover = JSON.parse(value);
        const workspace = JSON.parse(handover.workspace);
        workspace.policies[0].text = workspace.policies[0].text.replaceAll('\n', end);
        setItem.call(this, key, JSON.stringify({ ...handover, workspace: JSON.stringify(workspace) }));
      };
    }, end);
    await open(page);
    await editor(page).fill('');
    await paste(content(page), POLICY.replace('"Allow"', '"Alöw"').replaceAll('\n', end));
    await expect.poll(() => marked(page)).toEqual(['"Alöw"']);
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.getByLabel('Endpoint', { exact: true }).fill('ws://127.0.0.1:9');
    await page.getByRole('button', { name: 'Lock the page to it' }).click();
    await expect(page.getByText('This page can now reach')).toBeVisible();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await expect(content(page)).toBeVisible();
    await expect.poll(() => marked(page)).toEqual(['"Alöw"']);
    await findings(page).first().getByRole('button', { name: /line 4/ }).click();
    await expect(content(page)).toBeFocused();
    expect(await selected(page)).toBe('"Alöw"');
    await page.keyboard.type('"Allow"');
    await expect(findings(page)).toHaveCount(0);
    expect(await text(page)).toBe(POLICY);
  });
}

test('the list leads to the place in the text', async ({ page }) => {
  await open(page);
  await editor(page).fill(FLAWED);
  await findings(page).filter({ hasText: 'IPL-P004' }).getByRole('button', { name: /^line/ }).click();
  await expect(content(page)).toBeFocused();
  expect(await selected(page)).toBe('"iot:Conect"');
});

test('a finding is repaired from the tooltip and from the list, and both can be undone', async ({ page }) => {
  await open(page);
  await editor(page).fill(FLAWED);
  await page.locator('.cm-lintRange-warning').hover();
  await page.locator('.cm-tooltip-lint').getByRole('button', { name: 'Replace with' }).click();
  await expect.poll(() => text(page)).toBe(FLAWED.replace('Conect', 'Connect'));
  await findings(page).filter({ hasText: 'IPL-P002' }).getByRole('button', { name: 'Remove' }).click();
  await expect.poll(() => text(page)).toBe(FLAWED.replace('Conect', 'Connect').replace(' # one', ''));
  await content(page).press('Control+z');
  await content(page).press('Control+z');
  await expect.poll(() => text(page)).toBe(FLAWED);
  await expect(findings(page)).toHaveCount(3);
  await content(page).press('Control+y');
  await expect.poll(() => text(page)).toBe(FLAWED.replace('Conect', 'Connect'));
});

test('find stands inside the editor', async ({ page }) => {
  await open(page);
  await editor(page).fill(POLICY);
  await editor(page).press('Control+f');
  const field = page.getByRole('textbox', { name: 'Find' });
  await expect(field).toBeFocused();
  await field.pressSequentially('iot:C');
  await field.press('Enter');
  await expect(page.locator('.cm-searchMatch')).toHaveText(['iot:C', 'iot:C']);
  await expect(page.locator('.cm-searchMatch-selected')).toHaveCount(1);
  await field.press('Escape');
  await expect(field).toHaveCount(0);
  await expect(content(page)).toBeFocused();
});

test('format lays the text out and keeps comments and caret; what is no JSON stays', async ({ page }) => {
  await open(page);
  await editor(page).fill('{"Version":"2012-10-17", # of the language\n"Statement":[]}');
  await editor(page).press('Control+Home');
  for (let i = 0; i < 11; i += 1) await editor(page).press('ArrowRight');
  await editor(page).press('Shift+Alt+f');
  const laidOut = '{\n  "Version": "2012-10-17", # of the language\n  "Statement": []\n}';
  await expect.poll(() => text(page)).toBe(laidOut);
  await page.keyboard.type('X');
  await expect.poll(() => text(page)).toBe(laidOut.replace('"Version":', '"Version":X'));
  await page.getByRole('button', { name: 'Format' }).click();
  await expect(page.getByRole('alert')).toContainText('line 2, column 13');
  expect(await text(page)).toContain('"Version":X');
  await content(page).press('Control+z');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('Tab leaves the field both ways, Ctrl+] and Ctrl+[ indent', async ({ page }) => {
  await open(page);
  await editor(page).fill('[\n1\n]');
  await editor(page).press('Control+Home');
  await editor(page).press('ArrowDown');
  await editor(page).press('Control+]');
  await editor(page).press('Control+]');
  await expect.poll(() => text(page)).toBe('[\n    1\n]');
  await editor(page).press('Control+[');
  await expect.poll(() => text(page)).toBe('[\n  1\n]');
  await editor(page).press('Tab');
  await expect(page.getByRole('button', { name: 'Format' })).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(content(page)).toBeFocused();
  await page.keyboard.press('Shift+Tab');
  await expect(content(page)).not.toBeFocused();
  await expect(page.getByRole('button', { name: 'Format' })).not.toBeFocused();
  expect(await text(page)).toBe('[\n  1\n]');
});

test('a paste of 50 MB is refused at once, and nothing is lost', async ({ page }) => {
  await open(page);
  await editor(page).fill(POLICY);
  await editor(page).press('Control+a');
  const start = Date.now();
  await paste(content(page), 'a line of text\n', 3_500_000);
  await expect(page.getByRole('alert')).toContainText(/would have 52500\d\d\d bytes/);
  expect(Date.now() - start).toBeLessThan(20_000);
  expect(await text(page)).toBe(POLICY);
  await editor(page).press('Control+End');
  await page.keyboard.type('\n');
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(await text(page)).toBe(`${POLICY}\n`);
});

test('a text that grows beyond the limit step by step stops there', async ({ page }) => {
  await open(page);
  await editor(page).fill('');
  await paste(content(page), 'ö', 500_000);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await paste(content(page), 'ö', 30_000);
  await expect(page.getByRole('alert')).toContainText('would have 1060000 bytes');
});

test('the page sets the text in one step, and takes what is typed only once', async ({ page }) => {
  await open(page);
  await editor(page).fill('{}');
  await page.getByRole('button', { name: 'Show the example again' }).click();
  await expect.poll(() => text(page)).toContain('${iot:Connection.Thing.ThingName}_*');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => text(page)).toBe('{}');
});

test('the text survives a visit to another screen', async ({ page }) => {
  await open(page);
  await editor(page).fill(FLAWED);
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(content(page)).toHaveCount(0);
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(content(page)).toBeVisible();
  expect(await text(page)).toBe(FLAWED);
  await expect.poll(() => marked(page, 'warning')).toEqual(['"iot:Conect"']);
});

test('what the page points out is drawn, and what the user points at is told', async ({ page }) => {
  await open(page);
  await page.evaluate(async () => {
    const { mount } = await import(new URL(document.querySelector('script[data-editor]').dataset.editor, document.baseURI));
    const told = [];
    const field = Object.assign(document.createElement('textarea'), { value: 'Allöw€🙂 and more' });
    const host = Object.assign(document.createElement('div'), { id: 'scratch' });
    document.querySelector('main').prepend(host);
    globalThis.scratch = mount(host, field, 'Scratch', 1000, (what, value) => { if (what === 'pointed') told.push(value); });
    scratch.setMarks([[0, 8, 'lit'], [9, 12, 'decisive']]);
    globalThis.told = told;
    scratch.reveal(9, 12);
  });
  await expect.poll(() => page.evaluate(() => told.at(-1))).toBe(12);
  const look = (kind) => page.locator(`#scratch .cm-${kind}`).evaluate((it) => [it.textContent, getComputedStyle(it).outlineStyle, getComputedStyle(it).borderBottomStyle]);
  expect(await look('lit')).toEqual(['Allöw€🙂', 'dotted', 'none']);
  expect(await look('decisive')).toEqual(['and', 'none', 'solid']);
  await page.locator('#scratch .cm-decisive').hover({ position: { x: 1, y: 5 } });
  await expect.poll(() => page.evaluate(() => told.at(-1))).toBe(9);
  await page.mouse.move(0, 0);
  await expect.poll(() => page.evaluate(() => told.at(-1))).toBe(12);
});

test.describe('on a phone', () => {
  const { defaultBrowserType, ...pixel } = devices['Pixel 7'];
  test.use(pixel);

  test('a tap and typing work, and the browser has no reason to zoom', async ({ page }) => {
    await open(page);
    await editor(page).tap();
    await editor(page).press('Control+a');
    await page.keyboard.insertText('{}');
    await editor(page).press('ArrowLeft');
    await page.keyboard.insertText('"Version": 1');
    await expect.poll(() => text(page)).toBe('{"Version": 1}');
    expect(await content(page).evaluate((it) => parseFloat(getComputedStyle(it).fontSize))).toBeGreaterThanOrEqual(16);
    const page_ = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, visualViewport.scale]);
    expect(page_[0]).toBeLessThanOrEqual(page_[1]);
    expect(page_[2]).toBe(1);
    await editor(page).press('Control+f');
    for (const button of await page.locator('.cm-search button:visible').all()) {
      expect((await button.boundingBox()).height).toBeGreaterThanOrEqual(44);
    }
  });
});

test.describe('forced colours', () => {
  test.use({ contextOptions: { forcedColors: 'active' } });

  test('findings keep their wavy line and their sign', async ({ page }) => {
    await open(page);
    await editor(page).fill(FLAWED);
    expect(await page.locator('.cm-lintRange-warning').evaluate((it) => getComputedStyle(it).textDecorationStyle)).toBe('wavy');
    expect(await page.locator('.cm-lint-marker-error').evaluate((it) => getComputedStyle(it, '::before').content)).toBe('"✕"');
  });
});
