// The script of Simulate: sessions and steps by hand, command lines, files.
import { readFileSync } from 'node:fs';
import { drop, expect, test } from './lab.mjs';

const CASES = new URL('../cases/scenarios/', import.meta.url);
const scenario = (name) => readFileSync(new URL(`${name}.json`, CASES), 'utf8');
const commands = (name) => JSON.parse(scenario(name)).clients.map(({ command }) => `$ ${command}\n`).join('');
/** What each terminal shows, by the name of its session. */
const terminals = (name) => Object.fromEntries(readFileSync(new URL(`${name}.terminal.txt`, CASES), 'utf8')
  .split('== ').filter(Boolean).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trimEnd()]));

const log = (page) => page.getByRole('grid', { name: 'Event log' });
const box = (page) => page.getByLabel('Paste mosquitto commands');
const play = (page) => page.getByRole('button', { name: 'Play what is pasted' });
const output = (page, session) => page.getByRole('region', { name: `Output of ${session}` });
const card = (page, session) => page.getByRole('group', { name: `Session ${session}`, exact: true });
const step = (page, what, number) => page.getByLabel(`${what} of step ${number}`);
const refused = (page) => page.getByRole('region', { name: 'Command lines and files' }).getByRole('alert');
const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** What is saved with a press on this button. */
async function saved(page, name) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return readFileSync(await download.path(), 'utf8');
}

const open = (page, ...files) => page.getByLabel('Open a scenario or a log').setInputFiles(
  files.map(([name, text]) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) })),
);

test.beforeEach(async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto('./');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Sessions', exact: true })).toBeVisible();
});

test.describe('command lines', () => {
  for (const [number, name] of [['E1', 'article-e1'], ['E2', 'article-e2'], ['E3', 'article-e3']]) {
    test(`${number} of the article prints what the article shows: pasted, and by one press`, async ({ page }) => {
      const expected = Object.values(terminals(name));
      const prints = async () => {
        for (const [index, text] of expected.entries()) await expect(output(page, 'ABC'[index])).toHaveText(text, { useInnerText: true });
      };
      // Check shows the policy of the third; with that, the first two print the same.
      await box(page).fill(commands(name));
      await play(page).click();
      await prints();
      await expect(page.getByText('They connect to a broker inside this page')).toBeVisible();
      await page.getByRole('button', { name: number }).click();
      await prints();
      await page.getByRole('button', { name: 'Use the policies of Check' }).click();
      await expect(page.getByText('They connect to a broker inside this page')).toBeVisible();
      await prints();
    });
  }

  test('what is wrong is named with its place, nothing is lost, and the press changes nothing', async ({ page }) => {
    for (const [text, why] of [
      ["mosquitto_sub -t 'a", 'Line 1, column 18: the quote \' is not closed'],
      ['mosquitto_sub -t a\nmosquitto_pub -t b -m 1 --frob', 'Line 2, column 25: --frob is no option of this program'],
      ['mosquitto_pub -t b | cat', 'a pipe is not simulated'],
    ]) {
      await box(page).fill(text);
      await expect(page.locator('#paste-said')).toContainText(why);
      await play(page).click();
      await expect(refused(page)).toContainText(why);
      // Once is enough.
      await expect(page.locator('#paste-said')).not.toContainText(why);
      await expect(box(page)).toHaveValue(text);
      await expect(card(page, 'A').getByLabel('Client ID')).toHaveValue('temp-sensor-01');
    }
  });

  test('a password is not taken', async ({ page }) => {
    await box(page).fill('mosquitto_pub -u me -P hunter2-hunter2 -t dt/temperature -m 20 -i temp-sensor-01');
    await play(page).click();
    await expect(page.getByText('It holds a password, which was not taken')).toBeVisible();
    expect(await saved(page, 'Save the scenario')).not.toContain('hunter2');
  });
});

test.describe('files', () => {
  test('a scenario that is saved and opened again plays the same log', async ({ page }) => {
    await card(page, 'B').getByText('More').click();
    await card(page, 'B').getByLabel('Has a will').check();
    await card(page, 'B').getByLabel('Will topic').fill('dt/gone');
    const copy = page.getByRole('button', { name: 'Copy the log (JSON Lines)' });
    await copy.click();
    await expect.poll(() => clipboard(page)).toContain('policylab-log/1');
    const played = await clipboard(page);
    const file = await saved(page, 'Save the scenario');
    expect(JSON.parse(file).format).toBe('policylab-scenario/1');
    await page.getByRole('button', { name: 'Remove A' }).click();
    await expect(card(page, 'A')).toHaveCount(0);
    await open(page, ['mine.json', file]);
    await expect(page.getByText('They connect as the device that came with what you opened')).toBeVisible();
    await page.evaluate(() => navigator.clipboard.writeText(''));
    await copy.click();
    await expect.poll(() => clipboard(page)).toBe(played);
    // What stood there before is not lost.
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(card(page, 'A')).toHaveCount(0);
  });

  test('a log in JSON Lines opens again, whole and cut', async ({ page }) => {
    await page.getByRole('button', { name: 'Copy the log (JSON Lines)' }).click();
    await expect.poll(() => clipboard(page)).toContain('policylab-log/1');
    const text = await clipboard(page);
    const events = text.trimEnd().split('\n').length - 1;
    await open(page, ['run.jsonl', text]);
    await expect(page.getByText('This is a log that was opened')).toBeVisible();
    await expect(page.getByRole('region', { name: 'What happened' })).toContainText('A was thrown out by B');
    const copied = async () => {
      await page.evaluate(() => navigator.clipboard.writeText(''));
      await page.getByRole('button', { name: 'Copy the log (JSON Lines)' }).click();
      await expect.poll(() => clipboard(page)).toContain('policylab-log/1');
      return clipboard(page);
    };
    // What only the simulation knew comes back as the sentence about it, and nothing else is lost.
    const rows = (log) => log.trimEnd().split('\n').map((line) => JSON.parse(line));
    const told = rows(text).map(({ verdict, ...row }) => (['decided', 'broker', 'client'].includes(row.event) ? { ...row, event: 'told' } : row));
    expect(rows(await copied())).toEqual(told);
    await open(page, ['run.jsonl', text.slice(0, -9)]);
    await expect(page.getByText(`line ${events + 1}: the log was cut in the middle of this line`)).toBeVisible();
    expect(rows(await copied())).toEqual(told.slice(0, -1));
    await page.getByRole('button', { name: 'Back to the sessions' }).click();
    await expect(page.getByText('This is a log that was opened')).toHaveCount(0);
  });

  test('scenarios and logs can be dropped on the panel, and a file beside it changes nothing', async ({ page }) => {
    const panel = page.getByRole('region', { name: 'Command lines and files' });
    await page.getByRole('button', { name: 'Copy the log (JSON Lines)' }).click();
    await expect.poll(() => clipboard(page)).toContain('policylab-log/1');
    const text = await clipboard(page);
    await drop(box(page), [['e1.json', scenario('article-e1')], ['p1.json', scenario('p1')]]);
    await expect(page.getByText('They connect as the device that came with what you opened')).toBeVisible();
    await expect(box(page)).toHaveValue('');
    await drop(panel, [['run.jsonl', text]]);
    await expect(page.getByText('This is a log that was opened')).toBeVisible();
    await log(page).getByRole('row').filter({ hasText: 'Allowed: iot:Connect' }).first().click();
    const chosen = page.getByRole('region', { name: 'The chosen event' });
    await expect(chosen).toContainText('Allowed: iot:Connect');
    await expect(chosen).toContainText('Of a decision it does not say by which statement it was made');
    await page.getByRole('button', { name: 'Back to the sessions' }).click();
    await drop(panel, [['bad.json', '{']]);
    await expect(refused(page)).toContainText('bad.json was not opened');
    await drop(page.getByRole('region', { name: 'Sessions', exact: true }), [['e2.json', scenario('article-e2')], ['p2.json', scenario('p2')]]);
    await expect(card(page, 'A')).toBeVisible();
    await expect(page.getByText('This is a log that was opened')).toHaveCount(0);
  });

  test('an empty file is named, and with no session nothing is saved or copied', async ({ page }) => {
    await open(page, ['empty.json', '']);
    await expect(refused(page)).toHaveText('empty.json was not opened: it is empty.');
    await page.getByRole('button', { name: 'Remove B' }).click();
    await page.getByRole('button', { name: 'Remove A' }).click();
    await page.evaluate(() => navigator.clipboard.writeText('as before'));
    for (const name of ['Copy the log (JSON Lines)', 'Copy the timeline as text', 'Save the scenario']) {
      await page.getByRole('button', { name }).click();
      await expect(page.getByText('Nothing is played yet. Add a session first.')).toBeVisible();
      await page.getByRole('button', { name: 'Open a scenario or a log' }).focus();
    }
    expect(await clipboard(page)).toBe('as before');
  });

  test('a bad file is named with its place and changes nothing', async ({ page }) => {
    const file = JSON.parse(await saved(page, 'Save the scenario'));
    for (const [change, why] of [
      [(it) => { it.steps[1].do = 'fly'; }, 'steps[1].do'],
      [(it) => { it.clients[1].name = 'A'; }, 'A is the name of two; rename one'],
      [(it) => { it.steps[1].at = 9; }, 'at'],
      [(it) => { it.steps = Array(1_000_000).fill({}); }, 'there are 1000000 steps; at most 100000 are played'],
      [(it) => { it.format = 'policylab-scenario/9'; }, 'unknown format'],
    ]) {
      const bad = structuredClone(file);
      change(bad);
      await open(page, ['bad.json', JSON.stringify(bad)]);
      await expect(refused(page)).toContainText('bad.json was not opened: line 1, column');
      await expect(refused(page)).toContainText(why);
      await expect(card(page, 'B').getByLabel('Client ID')).toHaveValue('temp-sensor-01');
    }
  });
});

test.describe('by hand', () => {
  test('steps are added, changed, moved, removed and brought back by keyboard', async ({ page }) => {
    const press = async (name) => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    await press('Add a step');
    await expect(step(page, 'Time', 5)).toHaveValue('2.5');
    await step(page, 'Time', 5).focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('2.25');
    await page.keyboard.press('Tab');
    await expect(page.getByLabel('Session of step 5')).toBeFocused();
    await page.keyboard.press('Tab');
    await page.keyboard.type('pub');
    await expect(page.getByLabel('What step 5 does')).toHaveValue('publishes');
    await page.keyboard.press('Tab');
    await expect(page.getByText('Has no topic yet')).toBeVisible();
    await page.keyboard.type('dt/temperature');
    await page.keyboard.press('Tab');
    await page.keyboard.type('21');
    await page.getByRole('button', { name: 'Last event' }).click();
    await expect(log(page)).toContainText(/2\.2\d\d/);
    await press('Move step 5 up');
    await expect(page.getByRole('row', { name: 'Move step 4 up' }).getByLabel('Message')).toHaveValue('21');
    await expect(step(page, 'Time', 5)).toHaveValue('2.25');
    await press('Remove step 4');
    await expect(step(page, 'Time', 5)).toHaveCount(0);
    await press('Undo the last change of sessions or steps');
    await expect(step(page, 'Time', 5)).toHaveValue('2.25');
    await press('Redo the change that was taken back');
    await expect(step(page, 'Time', 5)).toHaveCount(0);
    // There is nothing more to bring back: the button keeps the focus and does nothing.
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Redo' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'Redo' })).toBeDisabled();
    await press('Undo the last change of sessions or steps');
    await expect(step(page, 'Time', 5)).toHaveValue('2.25');
  });

  test('while the run is played, terminals keep what is selected and how far they are scrolled, and no field is touched', async ({ page }) => {
    await page.getByRole('button', { name: 'E1' }).click();
    await expect(output(page, 'A')).toContainText('Client temp-sensor-01 sending CONNECT');
    await output(page, 'A').evaluate((it) => {
      it.style.maxHeight = '4em';
      it.scrollTop = it.scrollHeight;
      getSelection().selectAllChildren(it);
      globalThis.touched = [];
      const note = (records) => globalThis.touched.push(...records.filter(({ target }) => !target.parentElement.closest('.c-terminal')).map(({ target, type }) => `${type} ${target.nodeName}`));
      for (const heading of ['sessions', 'steps']) {
        new MutationObserver(note).observe(document.querySelector(`section[aria-labelledby=${heading}]`), { subtree: true, childList: true, attributes: true, characterData: true });
      }
    });
    const seen = () => output(page, 'A').evaluate((it) => [it.scrollTop, getSelection().toString()]);
    const before = await seen();
    expect(before[0]).toBeGreaterThan(0);
    expect(before[1]).toContain('sending CONNECT');
    const later = () => output(page, 'A').locator('.is-later').count();
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await expect.poll(later).toBeGreaterThan(0);
    await page.getByLabel('Speed').selectOption('As fast as it goes');
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
    await page.getByRole('button', { name: 'Last event' }).click();
    await expect.poll(later).toBe(0);
    expect(await seen()).toEqual(before);
    // Only what is said below a terminal comes and goes.
    expect((await page.evaluate(() => globalThis.touched)).filter((it) => /INPUT|SELECT|TEXTAREA|BUTTON/.test(it))).toEqual([]);
  });

  test('what nobody sees is taken as it is, and named', async ({ page }) => {
    const id = card(page, 'A').getByLabel('Client ID');
    await id.fill('temp-sensor-01 ');
    await expect(id).toHaveAccessibleDescription('The client ID has U+0020 (space) after temp-sensor-01.');
    await expect(log(page)).toContainText('CONNECT temp-sensor-01 ');
    await expect(page.getByRole('region', { name: 'What happened' })).toContainText('A was refused');
    await card(page, 'A').getByLabel('Subscribes to').fill('cmd/\u200btemperature');
    await expect(card(page, 'A')).toContainText('The topic filter has U+200B (zero width space) after cmd/.');
    await id.fill('temp-sensor-01');
    await expect(id).toHaveAccessibleDescription('');
    const form = page.getByRole('region', { name: /^From .* on, otherwise$/ });
    await form.getByLabel('Does').selectOption('publishes');
    await form.getByLabel('Topic').fill('dt/temperature\t');
    await expect(form).toContainText('The topic has U+0009 (tab) after dt/temperature.');
  });

  test('a text that cannot be taken stays, with its reason, and goes along to Check and back', async ({ page }) => {
    const before = await log(page).innerText();
    await page.getByLabel('Time of step 2 in seconds').fill('soon');
    await card(page, 'B').getByText('More').click();
    await card(page, 'B').getByLabel('Name').fill('A');
    await expect(page.getByLabel('Time of step 2 in seconds')).toHaveAccessibleDescription(/Write seconds from 0 to/);
    await expect(page.getByRole('region', { name: 'Sessions', exact: true })).toContainText('Time of step 2: soon. Write seconds');
    await expect(page.getByText('A is the name of two sessions. Rename one.').first()).toBeVisible();
    expect(await log(page).innerText()).toBe(before);
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await expect(page.getByLabel('Policy document (JSON)')).toBeVisible();
    await page.getByRole('button', { name: 'Simulate', exact: true }).click();
    await expect(page.getByLabel('Time of step 2 in seconds')).toHaveValue('soon');
    await page.getByLabel('Time of step 2 in seconds').fill('0.4');
    await expect(page.getByText('Write seconds from 0 to')).toHaveCount(0);
  });
});
