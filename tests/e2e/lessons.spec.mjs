// Lessons: predict, run, read, change one thing; by keyboard alone, offline, with progress that is kept and forgotten.
import { readFileSync } from 'node:fs';
import { expect, test } from './lab.mjs';

const file = (name) => JSON.parse(readFileSync(new URL(`../../static/lessons/${name}`, import.meta.url), 'utf8'));
const LIST = file('index.json').lessons;
const plain = (text) => text.replaceAll('`', '');

const main = (page) => page.getByRole('main');
const heading = (page, name) => page.getByRole('heading', { name, exact: true });
const run = (page) => page.getByRole('button', { name: 'Run', exact: true });
const log = (page) => page.getByRole('grid', { name: 'Event log' });
const goal = (page) => page.getByRole('region', { name: 'Change one thing' }).getByRole('status');
const toLessons = (page) => page.getByRole('button', { name: 'Lessons', exact: true }).click();

/** Opens a step by its address. */
const open = async (page, id, step = 1) => {
  await page.goto(`./#lessons/${id}/${step}`);
  await expect(heading(page, LIST.find((lesson) => lesson.id === id).title)).toBeVisible();
};

/** Presses Tab until this has the focus. */
const tabTo = async (page, target) => {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((it) => it === document.activeElement).catch(() => false)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${target}`);
};

test('the list names every lesson, each opens at its first step', async ({ page }) => {
  await page.goto('./');
  await toLessons(page);
  const entries = main(page).getByRole('list').first().getByRole('listitem');
  await expect(entries).toHaveCount(LIST.length);
  for (const { title, about, minutes } of LIST) {
    const entry = entries.filter({ has: page.getByRole('button', { name: plain(title), exact: true }) });
    await expect(entry).toContainText(plain(about));
    await expect(entry).toContainText(`${minutes} minutes`);
  }
  for (const { id, title } of LIST) {
    await page.getByRole('button', { name: plain(title), exact: true }).click();
    await expect(heading(page, plain(title))).toBeFocused();
    expect(new URL(page.url()).hash).toBe(`#lessons/${id}/1`);
    await page.getByRole('button', { name: 'All lessons' }).first().click();
    await expect(heading(page, 'Lessons')).toBeFocused();
  }
});

test('the whole of a lesson by keyboard alone', async ({ page }) => {
  await page.goto('./');
  await page.getByRole('main').waitFor();
  const press = (key) => page.keyboard.press(key);
  await press('5');
  await tabTo(page, page.getByRole('button', { name: 'One certificate, one session' }));
  await press('Enter');
  await expect(heading(page, 'One certificate, one session')).toBeFocused();

  // Step 1: predict wrongly, run, read, change.
  const choices = page.getByRole('group').first().getByRole('radio');
  await expect(run(page)).toBeDisabled();
  await tabTo(page, choices.first());
  await press('Space');
  await expect(choices.first()).toBeChecked();
  await press('ArrowDown');
  await expect(choices.nth(1)).toBeChecked();
  await tabTo(page, run(page));
  await press('Enter');
  await expect(heading(page, 'What happened, and why')).toBeFocused();
  await expect(main(page)).toContainText('You took the connect for the only gate.');
  await expect(log(page)).toContainText('iot:Subscribe');

  await expect(goal(page)).toContainText('0 of 1 reached');
  await tabTo(page, page.getByRole('button', { name: 'Hint 1 of 3' }));
  await press('Enter');
  await expect(page.getByText('Which client IDs are names of things')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Hint 2 of 3' })).toBeFocused();
  await press('Shift+Tab');
  await expect(page.getByLabel('Client ID of A')).toBeFocused();
  await press('Control+a');
  await page.keyboard.type('pump-7');
  await expect(goal(page)).toContainText('Goal reached.');
  await expect(page.getByRole('region', { name: 'What happened', exact: true })).toContainText('A was refused');

  // Step 2: predict rightly, run, choose another protocol.
  await tabTo(page, page.getByRole('button', { name: 'Next step' }));
  await press('Enter');
  await expect(heading(page, 'Step 2 of 2: A topic that is not allowed')).toBeFocused();
  await tabTo(page, choices.first());
  await press('Space');
  await tabTo(page, run(page));
  await press('Enter');
  await expect(main(page)).toContainText('That is what happens.');
  await tabTo(page, page.getByRole('radio', { name: 'MQTT 3.1.1' }));
  await press('ArrowDown');
  await expect(goal(page)).toContainText('Goal reached.');
  await expect(log(page)).toContainText(/PUBACK.*0x87/i);

  // Back to the list, where it is done.
  await press('Shift+Tab');
  await tabTo(page, page.getByRole('button', { name: 'All lessons' }));
  await press('Enter');
  await expect(page.getByRole('listitem').filter({ hasText: 'One certificate, one session' })).toContainText('done');
});

test('a wrong prediction names what was assumed and opens the explanation; a right one says so', async ({ page }) => {
  await open(page, 'suffix-surprise');
  await page.getByRole('radio', { name: /^C is let in by the second line/ }).check();
  await run(page).click();
  await expect(main(page)).toContainText('You put the thing\'s name into the pattern and then compared.');
  await expect(page.getByText('This happens.')).toHaveCount(1);
  await expect(page.locator('label').filter({ hasText: 'C is refused.' })).toContainText('This happens.');
  await expect(page.getByRole('region', { name: 'The chosen event' }))
    .toContainText('temp-sensor-01_01 is not the name of a thing attached to this certificate');
  for (const radio of await page.getByRole('group').first().getByRole('radio').all()) await expect(radio).toBeDisabled();
  await page.getByRole('button', { name: 'Step 2' }).click();
  await page.getByRole('radio', { name: 'Nobody.' }).check();
  await run(page).click();
  await expect(main(page)).toContainText('That is what happens.');
});

test('the challenge is solved, a shortcut does not solve it, and it can be put back', async ({ page }) => {
  await open(page, 'five-sessions');
  await expect(goal(page)).toContainText('3 of 5 reached');
  const exclusive = (thing) => page.getByRole('group', { name: `Attachment of ${thing}`, exact: true }).getByRole('radio', { name: 'exclusive', exact: true });
  await exclusive('temp-sensor-01').check();
  await exclusive('temp-sensor-010').check();
  const policy = page.getByLabel('The policy of the fleet');
  const written = (...names) => JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: names.map((name) => `arn:aws:iot:eu-west-1:123456789012:client/${name}`) }],
  }, null, 2);
  const thing = '${iot:Connection.Thing.ThingName}';
  await policy.fill(written(`${thing}*`));
  await expect(goal(page)).toContainText('4 of 5 reached');
  await expect(page.getByRole('list', { name: 'Goal' }).getByRole('listitem').filter({ hasText: 'Not yet' }))
    .toContainText('temp-sensor-01 is let in under no name of temp-sensor-010');
  await page.getByRole('button', { name: 'Why? iot:Connect by the device as temp-sensor-010', exact: true }).click();
  await expect(page.getByRole('region', { name: 'The chosen question' })).toContainText('Allowed');
  await policy.fill('nothing');
  await expect(page.getByRole('alert')).toContainText('This cannot be played: the policy cannot be read yet.');
  await expect(goal(page)).toContainText('Waits for something that can be played.');
  const place = () => policy.evaluate((it) => it.getBoundingClientRect().top + scrollY);
  const before = await place();
  await policy.fill(written(thing, `${thing}.*`));
  await expect(goal(page)).toContainText('Goal reached.');
  await expect(page.getByRole('region', { name: 'What happened', exact: true })).toContainText('X was refused');
  // What the solution rests on comes below what is typed.
  await expect(heading(page, 'What this rests on')).toBeVisible();
  expect(await place()).toBe(before);
  await page.getByRole('button', { name: 'Put everything back' }).press('Enter');
  await expect(goal(page)).toContainText('3 of 5 reached');
  await expect(page.getByRole('button', { name: 'Put everything back' })).toBeFocused();
});

test('the hints end in the solution', async ({ page }) => {
  await open(page, 'five-sessions');
  for (const name of ['Hint 1 of 3', 'Hint 2 of 3', 'Hint 3 of 3', 'Put the solution in']) {
    await page.getByRole('button', { name, exact: true }).click();
  }
  await expect(goal(page)).toContainText('Goal reached.');
});

test('progress is kept over a load of the page, in this browser alone, and forgotten on request', async ({ page }) => {
  await open(page, 'newcomer-wins', 2);
  await page.getByRole('radio').first().check();
  await run(page).click();
  await expect(page.getByRole('region', { name: 'Terminal of A' })).toContainText('Client temp-sensor-01 sending CONNECT');
  await page.reload();
  await expect(heading(page, 'Step 2 of 4: What the terminal shows')).toBeVisible();
  await page.getByRole('button', { name: 'All lessons' }).first().click();
  const entry = page.getByRole('listitem').filter({ hasText: 'The newcomer wins' });
  await expect(entry).toContainText('1 of 4 steps done');
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).toBe('{"iot-policy-lab.lessons":"{\\"newcomer-wins\\":[1]}"}');
  await page.getByRole('button', { name: 'Forget my progress' }).click();
  await expect(entry).toContainText('4 steps');
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
  await page.reload();
  await expect(entry).toContainText('4 steps');
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByLabel('Client IDs')).toBeVisible();
  expect(new URL(page.url()).hash).toBe('');
});

test('a link leads to its step, from outside and from any screen; a wrong one says so', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(page, 'three-wildcards', 3);
  await page.getByRole('button', { name: 'Copy a link to this step' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(link).hash).toBe('#lessons/three-wildcards/3');

  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByLabel('Client IDs').fill('typed-here');
  await page.evaluate((hash) => { location.hash = hash; }, '#lessons/reconnect-war/2');
  await expect(heading(page, 'Step 2 of 2: Clients that wait longer each time')).toBeVisible();
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByLabel('Client IDs')).toHaveValue('typed-here');
  await page.getByRole('button', { name: 'Simulate', exact: true }).click();
  await page.evaluate((hash) => { location.hash = hash; }, new URL(link).hash);
  await expect(heading(page, 'Step 3 of 3: A * in a policy')).toBeVisible();

  await page.evaluate(() => { location.hash = '#lessons/no-such-lesson/1'; });
  await expect(page.getByRole('alert')).toContainText('There is no lesson no-such-lesson');
  await page.getByRole('button', { name: 'All lessons' }).click();
  await expect(page.getByRole('listitem')).not.toHaveCount(0);
});

test('in presenter mode the answer is hidden until R is pressed', async ({ page }) => {
  await open(page, 'suffix-surprise');
  await page.keyboard.press('p');
  await page.getByRole('radio', { name: /^A is thrown out/ }).check();
  await run(page).click();
  await expect(page.getByText('The answer is hidden in presenter mode.')).toBeVisible();
  await expect(page.getByText('This happens.')).toHaveCount(0);
  await expect(main(page)).not.toContainText('You took the thing for the key');
  // The run would give it away.
  await expect(page.getByText('The answer is hidden in presenter mode.')).toBeFocused();
  await expect(log(page)).toHaveCount(0);
  await expect(main(page)).not.toContainText('C was refused');
  await page.keyboard.press('r');
  await expect(heading(page, 'What happened, and why')).toBeFocused();
  await expect(log(page)).toBeVisible();
  await expect(page.getByText('This happens.')).toBeVisible();
  await expect(main(page)).toContainText('You took the thing for the key');
  await page.keyboard.press('r');
  await expect(page.getByText('This happens.')).toHaveCount(0);
  // Single keys can be turned off; the button stays.
  await page.getByRole('button', { name: 'Help: keys' }).click();
  await page.getByRole('checkbox', { name: /^Single keys work/ }).uncheck();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.keyboard.press('r');
  await expect(page.getByText('This happens.')).toHaveCount(0);
  await page.getByRole('button', { name: 'Show the answer' }).click();
  await expect(page.getByText('This happens.')).toBeVisible();
});

test('lessons open without a network', async ({ page, context }) => {
  await page.goto('./');
  await page.evaluate(() => new Promise((resolve) => {
    if (navigator.serviceWorker.controller) resolve();
    else navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  }));
  await context.setOffline(true);
  await page.reload();
  await toLessons(page);
  for (const { title } of LIST) {
    await page.getByRole('button', { name: plain(title), exact: true }).click();
    await expect(page.getByRole('heading', { name: 'The scene' })).toBeVisible();
    await page.getByRole('button', { name: 'All lessons' }).first().click();
  }
});

test.describe('without what is kept for the time without a network', () => {
  test.use({ serviceWorkers: 'block' });
  test('a lesson that does not come is said, and can be asked for again', async ({ page, expectError }) => {
    expectError(/Failed to load resource/);
    await page.route('**/newcomer-wins.json', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto('./#lessons/newcomer-wins/3');
    await expect(page.getByRole('alert')).toContainText('could not be fetched');
    await page.unroute('**/newcomer-wins.json');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(heading(page, 'The newcomer wins')).toBeVisible();
  });
});
