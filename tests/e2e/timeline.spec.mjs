// The timeline and the event table of Simulate: two views of one run, with one selection, by pointer and by keyboard.
import { expect, test } from './lab.mjs';
import { longLog } from './logs.mjs';

const picture = (page) => page.getByRole('img', { name: /sessions? from/ });
const slider = (page) => page.getByRole('slider', { name: 'Event' });
const log = (page) => page.getByRole('grid', { name: 'Event log' });
const chosen = (page) => log(page).getByRole('row', { selected: true });
const said = (page) => slider(page).getAttribute('aria-valuetext');
const filter = (page) => page.getByLabel('Filter: words, or session:A');

const open = async (page) => {
  await page.goto('./');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await picture(page).waitFor();
};
const openLog = async (page, count) => {
  await open(page);
  const file = { name: 'long.jsonl', mimeType: 'application/jsonl', buffer: Buffer.from(longLog(count)) };
  await page.getByLabel('Open a scenario or a log').setInputFiles(file);
  // On a small screen the log is one of three parts.
  const part = page.getByRole('button', { name: 'Log', exact: true });
  if (await part.isVisible()) await part.click();
  await expect(log(page)).toHaveAttribute('aria-rowcount', String(count + 1));
};
/** Presses where a shape stands; what is drawn over it does not matter. */
const pressOn = async (page, shape) => {
  await shape.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await shape.boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
};
/** Whether the row is within the box that scrolls. */
const isInView = (row) => row.evaluate((it) => {
  const [row, box] = [it.getBoundingClientRect(), it.closest('.t-log').getBoundingClientRect()];
  return row.top >= box.top - 1 && row.bottom <= box.bottom + 1;
});

test('the picture says in words what it shows, and has the takeover in it', async ({ page }) => {
  await open(page);
  await expect(picture(page)).toHaveAccessibleName(/2 connections.*A was thrown out by B/s);
  await expect(picture(page).getByText('newcomer wins: B')).toBeVisible();
  // The joint begins at the newcomer's CONNECT and ends in the octagon.
  const [join, octagon] = await Promise.all(['.t-join', '.t-octagon'].map((part) => picture(page).locator(part).getAttribute('d')));
  const [, x, y] = /L(\d+) (\d+)$/.exec(join);
  expect(octagon).toBe(`M${x - 3} ${y - 7}h6l4 4v6l-4 4h-6l-4 -4v-6z`);
});

test('the slider goes through the events, with Shift through those of one session, and the table follows', async ({ page }) => {
  await open(page);
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /^1 of \d+: 0\.\d{3} s, A: transport open/);
  await expect(chosen(page)).toContainText('transport open');
  await page.keyboard.press('ArrowRight');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /^2 of \d+: .*A: sent CONNECT/);
  await expect(chosen(page)).toContainText('CONNECT temp-sensor-01');
  await page.keyboard.press('End');
  const count = Number(/ of (\d+)/.exec(await said(page))[1]);
  await expect(slider(page)).toHaveAttribute('aria-valuetext', new RegExp(`^${count} of ${count}: .* B: `));
  // Nothing comes after the last event.
  await page.keyboard.press('ArrowRight');
  await expect(slider(page)).toHaveAttribute('aria-valuetext', new RegExp(`^${count} of ${count}: `));
  let last = count;
  for (let step = 0; step < 5; step++) {
    await page.keyboard.press('Shift+ArrowLeft');
    await expect(slider(page)).not.toHaveAttribute('aria-valuetext', new RegExp(`^${last} of`));
    expect(await said(page)).toMatch(/ s, B: /);
    last = Number.parseInt(await said(page), 10);
  }
  await expect(slider(page)).toBeFocused();
  expect(await isInView(chosen(page))).toBe(true);
});

test('a press on the picture chooses the nearest event, and its explanation opens', async ({ page }) => {
  await open(page);
  await pressOn(page, picture(page).locator('.t-octagon'));
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /A: closed by the endpoint/);
  await pressOn(page, picture(page).locator('.t-allowed').first());
  await expect(chosen(page)).toContainText('Allowed: iot:Connect');
  await expect(page.getByRole('region', { name: 'The chosen event' })).toContainText('ALLOWED');
});

test('a closer look shows less time, keeps the chosen event in it, and the way back', async ({ page }) => {
  await open(page);
  const from = async () => /from ([\d.]+) s to ([\d.]+) s/.exec(await page.locator('#timeline-summary').textContent()).slice(1).map(Number);
  const [begin, end] = await from();
  await expect(page.getByRole('button', { name: 'Zoom out' })).toBeDisabled();
  for (let times = 0; times < 3; times++) await page.getByRole('button', { name: 'Zoom in' }).click();
  await expect.poll(async () => { const [a, b] = await from(); return Math.round(8 * (b - a)); }).toBe(Math.round(end - begin));
  await slider(page).focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await from())[1]).toBeGreaterThan(begin + 1);
  await page.getByRole('button', { name: 'Whole run' }).click();
  await expect.poll(from).toEqual([begin, end]);
});

test('in the table arrows move the selection, the focus stays, and a filter narrows it', async ({ page }) => {
  await open(page);
  await log(page).focus();
  await page.keyboard.press('Home');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', '2');
  await page.keyboard.press('ArrowDown');
  await expect(chosen(page)).toContainText('sent CONNECT');
  await expect(log(page)).toBeFocused();
  expect(await log(page).getAttribute('aria-activedescendant')).toBe(await chosen(page).getAttribute('id'));
  await filter(page).fill('session:b connect');
  const rows = log(page).locator('tbody tr');
  await expect(rows.first()).toContainText('B');
  for (const row of await rows.all()) await expect(row).toContainText(/^[\d.]+B.*connect/is);
  await expect(page.getByRole('region', { name: 'Event log' }).getByRole('status')).toHaveText(/^\d+ of \d+ events$/);
  await log(page).focus();
  await page.keyboard.press('End');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', await log(page).getAttribute('aria-rowcount'));
  await filter(page).fill('no event says this');
  await expect(log(page)).toHaveAttribute('aria-rowcount', '1');
  await filter(page).fill('');
  await expect(chosen(page)).toHaveCount(1);
  await rows.filter({ hasText: 'sent SUBSCRIBE' }).click();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', /sent SUBSCRIBE/);
});

test('of ten thousand events few are in the document, and all can be reached', async ({ page }) => {
  await openLog(page, 10_000);
  expect(await picture(page).locator('*').count()).toBeLessThan(2_500);
  expect(await log(page).locator('tbody tr').count()).toBeLessThan(150);
  await log(page).focus();
  await page.keyboard.press('End');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', '10001');
  await expect.poll(() => isInView(chosen(page))).toBe(true);
  await expect(slider(page)).toHaveValue('9999');
  await page.keyboard.press('PageUp');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', '9991');
  await page.keyboard.press('Home');
  await expect(chosen(page)).toHaveAttribute('aria-rowindex', '2');
  await expect.poll(() => isInView(chosen(page))).toBe(true);
  // Scrolled by hand the rows come, and the selection stays where it is.
  const box = page.locator('.t-log');
  await box.evaluate((it) => { it.scrollTop = it.scrollHeight / 2; });
  await expect.poll(() => log(page).locator('tbody tr[aria-rowindex]').first().getAttribute('aria-rowindex').then(Number)).toBeGreaterThan(4_900);
  const gaps = await box.evaluate((it) => {
    const seen = it.getBoundingClientRect();
    const at = document.elementFromPoint(seen.left + 20, (seen.top + seen.bottom) / 2);
    return at.closest('.t-gap') !== null;
  });
  expect(gaps).toBe(false);
  expect(await said(page)).toMatch(/^1 of 10000/);
  await filter(page).fill('session:S3 sent');
  await expect(page.getByRole('region', { name: 'Event log' }).getByRole('status')).toHaveText(/^\d+ of 10000 events$/);
  await expect(log(page).locator('tbody tr').first()).toContainText('S3');
});

test('packets slide only where motion is wanted', async ({ page }) => {
  await open(page);
  await slider(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  const slides = () => page.locator('.t-ring').evaluate((it) => getComputedStyle(it).animationName);
  await expect.poll(slides).toBe('t-up');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(slides).toBe('none');
});

test('on a phone the picture scrolls in its box and brings the chosen event into view', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await open(page);
  expect(await page.evaluate(() => document.scrollingElement.scrollWidth)).toBeLessThanOrEqual(360);
  const frame = page.locator('.t-frame');
  await slider(page).focus();
  const inView = () => frame.evaluate((it) => {
    const [line, box, names] = ['.t-cursor path', null, '.t-names'].map((part) => (part ? it.querySelector(part) : it).getBoundingClientRect());
    return line.left >= names.right - 1 && line.left <= box.right;
  });
  for (const key of ['End', 'Home', 'End']) {
    await page.keyboard.press(key);
    await expect.poll(inView).toBe(true);
  }
  expect(await frame.evaluate((it) => it.scrollLeft)).toBeGreaterThan(0);
});

test('on a phone buttons lead to the connection above and below, and through the events of one session', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 800 });
  await open(page);
  const go = (name) => page.getByRole('group', { name: 'Go through the connections' }).getByRole('button', { name });
  await slider(page).focus();
  await page.keyboard.press('Home');
  await expect(go('Connection above')).toBeDisabled();
  await go('Connection below').click();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', / s, B: /);
  await expect(go('Connection below')).toBeDisabled();
  await expect(go('Connection below')).toBeFocused();
  await go('Later in B').click();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', / s, B: /);
  await go('Connection above').click();
  await expect(slider(page)).toHaveAttribute('aria-valuetext', / s, A: /);
  const before = Number.parseInt(await said(page), 10);
  await go('Earlier in A').click();
  await expect.poll(async () => Number.parseInt(await said(page), 10)).toBeLessThan(before);
  for (const button of await go(/./).all()) expect((await button.boundingBox()).height).toBeGreaterThanOrEqual(44);
  await page.setViewportSize({ width: 1280, height: 800 });
  await expect(go('Connection above')).toBeHidden();
});
