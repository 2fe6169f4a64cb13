// Every state of every screen that looks otherwise than the others, and the way there. tests/e2e/states.spec.mjs looks at each;
// a new screen, or a new state of an old one, is an entry here.
import { readFileSync } from 'node:fs';
import { OPEN_POOL } from '../gateway/cognito.mjs';
import { expect, HOST, KEYS } from './lab.mjs';
import { confirm, giveCredentials, KEY, lock, log, pasteCredentials, plain, plan, session } from './live.mjs';
import { longLog } from './logs.mjs';

const read = (path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const EXAMPLE = read('../../static/samples/parallel-sessions.json');
const CERTIFICATE = read('../certificates/plain.pem');
const [{ fragment: LINK }] = JSON.parse(read('../cases/links/1.json'));
const CN = 'iot:Certificate.Subject.CommonName';
const MODEL = 'iot:Connection.Thing.Attributes[model]';

const ARN = 'arn:aws:iot:eu-west-1:123456789012';
const statement = (action, resource, more = {}) => ({ Effect: 'Allow', Action: action, Resource: `${ARN}:${resource}`, ...more });
const policyOf = (...statements) => JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 2);
const CONNECT = policyOf(statement('iot:Connect', 'client/*'));
/** A template with a policy of which a part is computed, and one that is whole. */
const TEMPLATE = JSON.stringify({ Resources: {
  Fleet: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'fleet', PolicyDocument: {
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:Connect', Resource: { 'Fn::Join': ['', ['arn:aws:iot:', { Ref: 'AWS::Region' }, ':*']] } }],
  } } },
  Pumps: { Type: 'AWS::IoT::Policy', Properties: { PolicyDocument: JSON.parse(CONNECT) } },
} }, null, 2);

const button = (page, name) => page.getByRole('button', { name, exact: true });
const region = (page, name) => page.getByRole('region', { name }).first();
const policy = (page, index = 0) => page.getByLabel('Policy document (JSON)').nth(index);
const verdict = (page) => page.locator('.c-verdict');
const cell = (page, question, client) => page.locator(`#answer-${question}-${client}`);
const unfold = (scope, summary) => scope.locator('summary', { hasText: summary }).first().click();
const file = (name, text) => ({ name, mimeType: 'application/json', buffer: Buffer.from(text) });

/** Check, with its editor. */
async function check(page, address = './') {
  await page.goto(address);
  await page.locator('.cm-content').first().waitFor();
}
/** Check with this policy and these client IDs. */
async function asked(page, text, ids = 'pump-1') {
  await check(page);
  await page.getByLabel('Client IDs').fill(ids);
  await policy(page).fill(text);
}
async function shared(page) {
  await check(page);
  await button(page, 'Share, save and open').click();
  await expect(button(page, 'Copy a link')).toBeVisible();
}
async function principal(page, name) {
  await check(page);
  await page.getByLabel('Principal').selectOption(name);
}
async function screen(page, name) {
  await page.goto('./');
  await button(page, name).click();
  await expect(button(page, name)).toHaveAttribute('aria-current', 'page');
}
async function reference(page) {
  await screen(page, 'Reference');
  await expect(page.getByRole('heading', { name: 'Facts', exact: true })).toBeVisible();
}

const CHECK = {
  'denied: nothing allows it': async ({ page }) => {
    await check(page);
    await expect(verdict(page)).toContainText('Denied - no statement allows it');
  },
  allowed: async ({ page }) => {
    await check(page);
    await cell(page, 0, 0).click();
    await expect(verdict(page)).toContainText('Allowed by statement 1');
  },
  'denied: a statement forbids it': async ({ page }) => {
    await asked(page, policyOf(statement('iot:*', '*'), statement('iot:Connect', 'client/pump-*', { Effect: 'Deny' })));
    await expect(verdict(page)).toContainText('Denied - a statement forbids it');
  },
  'cannot tell: values are asked for, one is unreadable, one is none': async ({ page }) => {
    const condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' }, StringEquals: { [MODEL]: 'A', 'iot:Certificate.Issuer.Country': 'SE' } };
    await asked(page, policyOf(statement('iot:Connect', `client/\${${CN}}`, { Condition: condition })), 'temp-sensor-01');
    await page.getByLabel('aws:SourceIp', { exact: true }).fill('10.1');
    await page.getByLabel('has none: iot:Certificate.Issuer.Country').check();
    await expect(verdict(page)).toContainText('Denied');
    await page.getByLabel('has none: iot:Certificate.Issuer.Country').uncheck();
    await expect(verdict(page)).toContainText('Cannot tell');
  },
  'no connection': async ({ page }) => {
    await check(page);
    await cell(page, 1, 1).click();
    await expect(verdict(page)).toContainText('Cannot be asked: no connection');
  },
  'nothing asked': async ({ page }) => {
    await check(page);
    await page.getByLabel('Client IDs').fill('');
    await expect(verdict(page)).toContainText('Nothing is asked yet');
  },
  'a way out is tried': async ({ page }) => {
    await check(page);
    await page.keyboard.press('e');
    await expect(cell(page, 0, 1)).toHaveText('before: Denied, now: Allowed');
  },
  'a way out is kept and can be undone': async ({ page }) => {
    await check(page);
    await page.getByRole('button', { name: /^Try D: / }).click();
    await button(page, 'Keep it').click();
    await expect(page.getByRole('heading', { name: 'What would deny it' })).toBeFocused();
    await expect(button(page, 'Undo')).toBeEnabled();
  },
  'a part is pointed at': async ({ page }) => {
    await check(page);
    await page.locator('[data-part="row 3 1"]').hover();
    await expect(page.locator('[data-field="attachment"]')).toHaveClass(/is-lit/);
  },
  'a policy that cannot be read': async ({ page }) => {
    await check(page);
    await policy(page).fill(EXAMPLE.replace('"Allow"', '"Allow'));
    await expect(verdict(page)).toHaveClass(/is-stale/);
  },
  'findings, one opened, and problems of the text': async ({ page }) => {
    await asked(page, policyOf(statement('iot:Conect', 'client/*'), statement('iot:Connect', 'client/*'), statement('iot:Publish', 'topic/dt/+'), statement('iot:Subscribe', 'topic/cmd/#')).replace('",\n', '", # a comment\n'));
    const findings = region(page, 'What the author may not have meant');
    await findings.locator('summary').first().click();
    await expect(findings).toContainText('What to do');
  },
  'a problem is pointed at in the text, and find is open': async ({ page }) => {
    await asked(page, policyOf(statement('iot:Conect', 'client/*')));
    await policy(page).press('Control+f');
    await page.keyboard.type('iot');
    await page.locator('.cm-lintRange-warning').first().hover();
    await expect(page.locator('.cm-tooltip-lint')).toBeVisible();
  },
  'an empty policy': async ({ page }) => {
    await check(page);
    await button(page, 'Use my own policy').click();
    await expect(page.getByText('Paste a policy, or what holds one')).toBeVisible();
  },
  'several policies: one off, one that is not looked at, one on a group': async ({ page }) => {
    await asked(page, CONNECT);
    for (const text of [policyOf(statement('iot:Publish', 'topic/*')), policyOf(statement('iot:Subscribe', 'topicfilter/*', { Effect: 'Deny' })), CONNECT]) {
      await button(page, 'Add a policy').click();
      await policy(page, (await page.getByRole('group', { name: /policy/ }).count()) - 1).fill(text);
    }
    const group = (name) => page.getByRole('group', { name });
    await group('policy-2').getByRole('checkbox', { name: 'on' }).uncheck();
    for (const [name, place] of [['policy-3', 'an IAM role'], ['policy-4', 'a thing group']]) {
      await unfold(group(name), name);
      await group(name).getByLabel('Attached to').selectOption(place);
    }
    await group('policy-4').getByLabel('Name of the group').fill('pumps');
    await expect(group('policy-3')).toContainText('Not looked at');
    await page.getByLabel('Thing groups of temp-sensor-01').fill('pumps');
  },
  'more than a policy in the field: what would be taken': async ({ page }) => {
    await asked(page, TEMPLATE);
    await expect(button(page, 'Take the 2 policies out of this')).toBeVisible();
  },
  'files: some taken, some not': async ({ page }) => {
    await check(page);
    await region(page, 'Policy').locator('input[type=file]').setInputFiles([file('fleet.json', CONNECT), file('broken.json', 'no policy'), { ...file('utf16.json', ''), buffer: Buffer.from(`\ufeff${CONNECT}`, 'utf16le') }]);
    await expect(page.getByText('utf16.json was not taken')).toBeVisible();
  },
  'attached exclusively to several things': async ({ page }) => {
    await check(page);
    await page.getByRole('radio', { name: /EXCLUSIVE_THING/ }).check();
    await page.getByLabel('Names of the attached things').fill('temp-sensor-01\ntemp-sensor-02');
    await expect(page.getByText('AWS refuses such an attachment').first()).toBeVisible();
  },
  'a Cognito identity': ({ page }) => principal(page, 'Cognito identity, authenticated'),
  'a Cognito guest': ({ page }) => principal(page, 'Cognito identity, guest'),
  'an IAM role': ({ page }) => principal(page, 'IAM role or user'),
  'a custom authorizer': ({ page }) => principal(page, 'custom authorizer'),
  'filled in from a certificate': async ({ page }) => {
    await asked(page, policyOf(statement('iot:Connect', `client/\${${CN}}-\${iot:Certificate.Issuer.OrganizationalUnit.1}`)));
    await unfold(region(page, 'Who connects?'), 'Fill in from');
    await page.getByLabel('Certificate or output').fill(CERTIFICATE);
    await expect(page.getByText('Taken from the certificate')).toBeVisible();
  },
  'everything under More, over HTTPS, and nothing taken of what was pasted': async ({ page }) => {
    await check(page);
    const who = region(page, 'Who connects?');
    await unfold(who, 'Fill in from');
    await page.getByLabel('Certificate or output').fill('nonsense');
    await expect(who.getByText('Nothing was taken')).toBeVisible();
    await unfold(who, 'More');
    await page.getByLabel('Connects by').selectOption('HTTPS');
    await page.getByLabel('State of the certificate').selectOption('revoked');
    await unfold(page.getByRole('region', { name: 'Ask', exact: true }), 'More');
    await page.getByLabel('Other actions').fill(`iot:GetThingShadow ${ARN}:thing/temp-sensor-01\nnonsense`);
    await page.getByLabel('Topic of the will').fill('last/will');
    await expect(page.getByText('it is not an action and an ARN')).toBeVisible();
  },
  'more is asked than fits': async ({ page }) => {
    await check(page);
    await page.getByLabel('Client IDs').fill(Array.from({ length: 230 }, (_, number) => `a-rather-long-client-id-of-pump-${number}`).join('\n'));
    await page.getByLabel('Publish to topics').fill(Array.from({ length: 20 }, (_, number) => `dt/plant/line-${number}/temperature`).join('\n'));
    await expect(page.getByText('lines were not asked')).toBeVisible();
  },
  'undecided points are turned over': async ({ page }) => {
    await reference(page);
    for (const name of ['ABSENT_VERSION', 'NOT_ACTION']) await page.getByRole('checkbox', { name }).check();
    await button(page, 'Check').click();
    await expect(page.getByRole('note')).toContainText('ABSENT_VERSION');
  },
  'ready to be shared, what is masked is shown': async ({ page }) => {
    await shared(page);
    await policy(page).fill(CONNECT.replaceAll('123456789012', '987654321098'));
    await page.getByText('What is masked').click();
    await expect(page.getByText('987654321098').last()).toBeVisible();
    await page.getByLabel(/Keep what I type in this browser/).check();
  },
  'not shared: a secret': async ({ page }) => {
    await shared(page);
    await page.getByLabel('Publish to topics').fill('AKIAIOSFODNN7EXAMPLE');
    await expect(page.getByRole('alert')).toContainText('Not shared');
  },
  'a suite with a case that fails': async ({ page }) => {
    await shared(page);
    const one = { id: 'pump-1 may connect', title: 'As it was in May', principal: { kind: 'x509' }, policies: [], expect: 'allow',
      request: { action: 'iot:Connect', region: 'eu-west-1', accountId: '123456789012', clientId: 'pump-1' } };
    await page.getByLabel('Open a suite of cases').setInputFiles(file('fleet.json', JSON.stringify([one, { ...one, id: 'nobody may', title: undefined, expect: 'implicitDeny' }])));
    await expect(page.getByText('1 passed, 1 failed.')).toBeVisible();
  },
  'opened from a link': async ({ page }) => {
    await check(page, `./#${LINK}`);
    await expect(page.getByText('Opened from a link')).toBeVisible();
  },
  'a link that is damaged': async ({ page }) => {
    await check(page, `./#${LINK.slice(0, -9)}`);
    await expect(page.getByRole('alert')).toContainText('IPL-S001');
  },
  'the list of keys': async ({ page }) => {
    await check(page);
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  },
  'presenter mode, and what it does not let be typed over': async ({ page }) => {
    await asked(page, CONNECT, `pump-1\n${'3f1c9a5d7be20468'.repeat(4)}`);
    await button(page, 'Presenter').click();
    await page.getByLabel('Client IDs').fill('other');
    await expect(page.getByRole('alert')).toContainText('masked');
  },
  'a new version waits': async ({ page }) => {
    await check(page);
    // How it comes to be told: tests/e2e/offline.spec.mjs.
    await page.evaluate(() => { document.getElementById('new-version').hidden = false; });
    await expect(button(page, 'Reload')).toBeVisible();
  },
  'without the editor': async ({ page, expectError }) => {
    expectError(/ERR_FAILED/);
    await page.route('**/editor-*.js', (route) => route.abort());
    const failed = page.waitForEvent('requestfailed');
    await page.goto('./');
    await failed;
    await page.locator('textarea#policy-0').fill(EXAMPLE.replace('iot:Connect', 'iot:Conect'));
    await expect(page.getByText('IPL-P004')).toBeVisible();
  },
  'without its program': async ({ page, expectError }) => {
    expectError(/ERR_FAILED/);
    expectError(/Failed to fetch/);
    await page.route('**/iot-policy-lab-*.wasm', (route) => route.abort());
    await page.goto('./');
    const notice = page.getByText('could not start');
    await expect(notice).toBeVisible();
    const inSight = (it) => it.contains(document.elementFromPoint(it.offsetLeft + 20, it.offsetTop + 8));
    expect(await notice.evaluate(inSight), 'nothing lies over it').toBe(true);
  },
};

const REFERENCE = {
  'every table': ({ page }) => reference(page),
  'a filter, and points that are turned over': async ({ page }) => {
    await reference(page);
    await page.getByRole('checkbox', { name: 'ABSENT_VERSION' }).check();
    await page.getByLabel(/^Filter/).fill('version');
    await expect(page.getByRole('checkbox', { name: 'ABSENT_VERSION' })).toBeChecked();
  },
  'nothing found': async ({ page }) => {
    await reference(page);
    await page.getByLabel(/^Filter/).fill('no-such-word');
    await expect(page.getByRole('status').first()).toHaveText('0 rows shown.');
  },
  'without its tables': async ({ page, expectError }) => {
    expectError(/Failed to load resource/);
    await page.route('**/reference.json', (route) => route.fulfill({ status: 503, body: '' }));
    await screen(page, 'Reference');
    await expect(page.getByRole('alert')).toContainText('could not be fetched');
  },
};

/** Simulate, where it opens: at the takeover, with its reason. */
async function simulate(page) {
  await screen(page, 'Simulate');
  await expect(region(page, 'The chosen event')).toContainText('the newcomer wins');
}
/** The event with this key. */
const at = (page, key) => page.getByRole('slider', { name: 'Event' }).press(key);
/** Chooses the first event whose row says this. */
async function choose(page, words) {
  await page.getByRole('grid', { name: 'Event log' }).getByRole('row').filter({ hasText: words }).first().click();
  await expect(page.getByRole('row', { selected: true })).toContainText(words);
}
/** Opens files in Simulate. */
const opened = (page, ...files) => page.getByLabel('Open a scenario or a log').setInputFiles(files.map(([name, text]) => file(name, text)));
/** A scenario of tests/cases, opened. */
async function scenario(page, name) {
  await simulate(page);
  await opened(page, [`${name}.json`, read(`../cases/scenarios/${name}.json`)]);
  await expect(page.getByText('They connect as the device that came with what you opened')).toBeVisible();
}
const runs = (page) => page.getByRole('group', { name: 'Runs' });
const card = (page, name) => page.getByRole('group', { name: `Session ${name}`, exact: true });

const SIMULATE = {
  'a takeover': ({ page }) => simulate(page),
  'before the first event, and a filter that finds nothing': async ({ page }) => {
    await simulate(page);
    await button(page, 'First event').click();
    await expect(page.getByText('The broker has no sessions now.')).toBeVisible();
    await page.getByLabel('Filter: words, or session:A').fill('no event says this');
    await expect(region(page, 'Event log').getByRole('status')).toHaveText(/^0 of /);
  },
  'an answer of the policies is explained': async ({ page }) => {
    await simulate(page);
    await choose(page, 'Allowed: iot:Connect');
    await expect(region(page, 'The chosen event')).toContainText('ALLOWED');
  },
  'a packet is taken apart, seen closer': async ({ page }) => {
    await simulate(page);
    await choose(page, 'sent SUBSCRIBE');
    for (let times = 0; times < 3; times += 1) await button(page, 'Zoom in').click();
    await expect(page.getByRole('table', { name: 'Fields of the packet' })).toContainText('cmd/temperature');
  },
  'refused, in MQTT 5': async ({ page }) => {
    await simulate(page);
    await page.getByLabel('Protocol').selectOption('MQTT 5');
    await card(page, 'B').getByLabel('Client ID').fill('temp-sensor-01_01');
    await choose(page, 'Refused: iot:Connect');
  },
  'a run without an event, and one without a session': async ({ page }) => {
    await simulate(page);
    await choose(page, 'CONNECT temp-sensor-01');
    await button(page, 'Skip this event and replay').click();
    await expect(runs(page).getByRole('button', { name: /^Run 2/, pressed: true })).toBeVisible();
    for (const name of ['A', 'B']) await button(page, `Remove ${name}`).click();
    await expect(page.getByText('No sessions yet. Add one.')).toBeVisible();
  },
  'an event is skipped, and another branch is being written': async ({ page }) => {
    await simulate(page);
    await button(page, 'Skip this event and replay').click();
    await expect(region(page, 'What happened')).toContainText('Nothing was refused');
    const form = page.getByRole('region', { name: /^From .* on, otherwise$/ });
    await form.getByLabel('What').selectOption('the network is slower or faster');
    await form.getByLabel('Latency').fill('soon');
    await expect(form).toContainText('Write seconds with at most three decimals');
  },
  'at the last event, the broker holds a will, a queue, a retained message': async ({ page }) => {
    const held = JSON.parse(read('../cases/scenarios/keep-alive.json'));
    held.clients[1].cleanSession = false;
    held.steps.push({ at: 100, session: 'A', do: 'connect' }, { at: 101, session: 'B', do: 'disconnect' },
      { at: 102, session: 'A', do: 'publish', topic: 'dt/gone', payload: '20', qos: 1, retain: true });
    await simulate(page);
    await opened(page, ['held.json', JSON.stringify(held)]);
    await expect(page.getByText('They connect as the device that came with what you opened')).toBeVisible();
    await at(page, 'End');
    await expect(page.getByRole('table', { name: 'Retained messages' })).toContainText('dt/gone');
  },
  'a takeover war': async ({ page }) => {
    await simulate(page);
    await page.getByLabel('Speed').selectOption('As fast as it goes');
    await button(page, 'Show a takeover war').click();
    await expect(button(page, 'Play')).toBeVisible();
    await expect(page.locator('svg .t-bracket').first()).toBeVisible();
  },
  'every session and step open, with texts that cannot be taken': async ({ page }) => {
    await scenario(page, 'keep-alive');
    await unfold(card(page, 'A'), 'More');
    await card(page, 'A').getByLabel('Has a will').check();
    await card(page, 'A').getByLabel('Name').fill('B');
    await page.getByLabel('Time of step 2 in seconds').fill('soon');
    await button(page, 'Add a step').click();
    await expect(page.getByText('Not taken yet')).toBeVisible();
  },
  'command lines with their terminals': async ({ page }) => {
    await simulate(page);
    await page.getByRole('button', { name: /^E1/ }).click();
    await at(page, 'End');
    await expect(page.getByRole('region', { name: 'Output of A' })).toContainText('sending CONNECT');
  },
  'command lines with mistakes': async ({ page }) => {
    await simulate(page);
    await page.getByLabel('Paste mosquitto commands').fill("mosquitto_sub -t a --frob\nmosquitto_pub -t 'a");
    await button(page, 'Play what is pasted').click();
    await expect(region(page, 'Command lines and files').getByRole('alert')).toContainText('not closed');
  },
  'a scenario is refused': async ({ page }) => {
    await simulate(page);
    await opened(page, ['bad.json', read('../cases/scenarios/war.json').replace('"connect"', '"fly"')]);
    await expect(region(page, 'Command lines and files').getByRole('alert')).toContainText('bad.json was not opened');
  },
  'a log that was cut, and is long': async ({ page }) => {
    await simulate(page);
    await opened(page, ['long.jsonl', longLog(2_000).slice(0, -9)]);
    await expect(page.getByText('This is a log that was opened')).toBeVisible();
    await page.getByLabel('Filter: words, or session:A').fill('session:S3 sent');
  },
  'presenter mode': async ({ page }) => {
    await simulate(page);
    await button(page, 'Presenter').click();
    await expect(region(page, 'What happened')).toContainText('A was thrown out by B');
  },
};

/** A step of a lesson. */
async function lesson(page, id, step = 1) {
  await page.goto(`./#lessons/${id}/${step}`);
  await expect(page.getByRole('heading', { name: 'The scene' })).toBeVisible();
}
/** The choice with this number is predicted, and the step run. */
async function predict(page, choice) {
  await page.getByRole('group').first().getByRole('radio').nth(choice).check();
  await button(page, 'Run').click();
}

const LESSONS = {
  'the list': async ({ page }) => {
    await page.goto('./#lessons');
    await expect(page.getByRole('listitem').first()).toBeVisible();
  },
  'a prediction to be made': ({ page }) => lesson(page, 'suffix-surprise'),
  'a prediction that was wrong': async ({ page }) => {
    await lesson(page, 'suffix-surprise');
    await predict(page, 0);
    await expect(page.getByText('This happens.')).toBeVisible();
  },
  'a prediction that was right, with terminals': async ({ page }) => {
    await lesson(page, 'newcomer-wins', 2);
    await predict(page, 1);
    await expect(page.getByText('That is what happens.')).toBeVisible();
    await expect(page.getByRole('region', { name: 'Terminal of A' })).toBeVisible();
  },
  'a task, with a hint, and a question that is explained': async ({ page }) => {
    await lesson(page, 'five-sessions');
    await button(page, 'Hint 1 of 3').click();
    await region(page, 'Asked of the policies').getByRole('button', { name: /^Why\? / }).first().click();
    await expect(region(page, 'The chosen question')).toBeVisible();
  },
  'a task, with a text that is no policy': async ({ page }) => {
    await lesson(page, 'five-sessions');
    await page.getByLabel('The policy of the fleet').fill('nothing');
    await expect(page.getByRole('alert')).toContainText('This cannot be played');
  },
  'a task that is solved': async ({ page }) => {
    await lesson(page, 'five-sessions');
    for (const name of ['Hint 1 of 3', 'Hint 2 of 3', 'Hint 3 of 3', 'Put the solution in']) await button(page, name).click();
    await expect(page.getByText('Goal reached.')).toBeVisible();
  },
  'the list, one lesson done and one begun': async ({ page }) => {
    await page.addInitScript(() => localStorage.setItem('iot-policy-lab.lessons', '{"one-session":[0,1],"newcomer-wins":[0]}'));
    await page.goto('./#lessons');
    await expect(page.getByRole('listitem').filter({ hasText: '1 of 4 steps done' })).toBeVisible();
  },
  'presenter mode, the answer hidden': async ({ page }) => {
    await lesson(page, 'suffix-surprise');
    await button(page, 'Presenter').click();
    await predict(page, 0);
    await expect(page.getByText('The answer is hidden in presenter mode.')).toBeVisible();
  },
  'a lesson that does not come': async ({ page, expectError }) => {
    expectError(/Failed to load resource/);
    await page.route('**/newcomer-wins.json', (route) => route.fulfill({ status: 503, body: '' }));
    await page.goto('./#lessons/newcomer-wins/3');
    await expect(page.getByRole('alert')).toContainText('could not be fetched');
  },
};

const LIVE = {
  'no endpoint yet, and one that is refused': async ({ page }) => {
    await screen(page, 'Live');
    await button(page, 'Lock the page to it').click();
    await expect(page.getByRole('alert')).toBeVisible();
  },
  'locked, without credentials': async ({ page }) => {
    await lock(page, HOST);
    await giveCredentials(page, { token: '' });
    await expect(page.getByRole('alert')).toContainText('works only with its session token');
  },
  'a long-lived key, and a region that is asked for': async ({ page }) => {
    await lock(page, 'wss://iot.example.com');
    await page.getByLabel('Region').fill('eu-west-1');
    await giveCredentials(page, { id: 'AKIAIOSFODNN7EXAMPLE', token: '' });
    await expect(page.getByRole('alert')).toContainText('long-lived');
  },
  'an endpoint that looks like another, and an identity pool': async ({ page }) => {
    await screen(page, 'Live');
    await page.getByLabel('Endpoint', { exact: true }).fill('wss://amazonavvs.com');
    await page.getByRole('radio', { name: /Cognito/ }).check();
    await page.getByLabel('Identity pool ID').fill(OPEN_POOL);
    await button(page, 'Lock the page to it').click();
    await expect(button(page, 'Lock the page to it all the same')).toBeVisible();
  },
  'several sets of credentials': async ({ page }) => {
    await lock(page, HOST);
    const { secretAccessKey, sessionToken } = KEYS[KEY];
    const set = (name, token) => `[${name}]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${secretAccessKey}\n${token}\n`;
    await pasteCredentials(page, `${set('lab', `aws_session_token = ${sessionToken}`)}${set('old', '')}`);
    await expect(page.getByRole('region', { name: 'Which of these?' })).toBeVisible();
  },
  'credentials of Cognito, which end soon': async ({ page, cognito }) => {
    cognito.lifetime = 240_000;
    await screen(page, 'Live');
    await page.getByLabel('Endpoint', { exact: true }).fill(HOST);
    await page.getByRole('radio', { name: /Cognito/ }).check();
    await page.getByLabel('Identity pool ID').fill(OPEN_POOL);
    await button(page, 'Lock the page to it').click();
    await button(page, 'Get credentials').click();
    await expect(page.getByText('Less than five minutes are left.')).toBeVisible();
  },
  'what a custom authorizer is told': async ({ page }) => {
    await lock(page, HOST);
    await page.getByRole('radio', { name: 'custom authorizer' }).check();
    await button(page, 'Use this').click();
    await expect(page.getByText('What you gave is with')).toBeVisible();
  },
  'connected, thrown out, refused': async ({ page, gateway }) => {
    gateway.rules = { connect: ['temp-sensor-01'] };
    await lock(page, HOST);
    await giveCredentials(page);
    await expect(page.getByText('It cannot be read back.')).toBeVisible();
    await button(page, 'Add a session').click();
    for (const [name, id] of [['A', 'temp-sensor-01'], ['B', 'temp-sensor-01'], ['C', 'temp-sensor-01_01']]) {
      await session(page, name).getByLabel('Client ID', { exact: true }).fill(id);
      if (name !== 'B') await confirm(page, id);
      await button(page, `Connect ${name}`).click();
      await expect(session(page, name)).toContainText(name === 'C' ? 'Refused: Not authorized' : 'Connected as temp-sensor-01');
    }
    await expect(session(page, 'A')).toContainText('Ended by the endpoint');
    await log(page).getByRole('row').filter({ hasText: 'CONNACK' }).first().click();
    await expect(page.getByRole('region', { name: 'The chosen packet' })).toContainText('Reason Code');
  },
  'what could hurt a device is to be confirmed': async ({ page }) => {
    await lock(page, HOST);
    await giveCredentials(page);
    await plan(page, 0, { id: 'temp-sensor-01', subscribe: '#' });
    await button(page, 'Run the plan').click();
    await expect(page.getByRole('region', { name: 'Before you connect' })).toBeFocused();
  },
  'a handshake that is refused': async ({ page }) => {
    await lock(page, HOST);
    await giveCredentials(page, { secret: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYWRONGKEY00' });
    await button(page, 'Connect A').click();
    await expect(page.getByRole('heading', { name: 'A could not connect' })).toBeVisible();
  },
  'run, with a message, beside what was predicted': async ({ page, mosquitto }) => {
    await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
    await plain(page);
    await button(page, 'Run the plan').click();
    await expect(page.getByText('2 of 2 connected.')).toBeVisible();
    await log(page).getByRole('row').filter({ hasText: /A.*received PUBLISH/ }).first().click();
    await expect(page.getByRole('region', { name: 'The chosen packet' })).toContainText('hello');
  },
  'seen elsewhere by the machine that holds the certificate': async ({ page }) => {
    await lock(page, HOST);
    await page.getByRole('radio', { name: 'the machine that holds the certificate' }).check();
    await page.getByLabel('Paste an observation').fill('Client iotlab-x sending CONNECT\nClient iotlab-x received CONNACK (0)\nwhat is this\n');
    await button(page, 'Read what is typed').click();
    await expect(page.getByRole('region', { name: 'Seen elsewhere' })).toContainText('Paste 1');
  },
  'presenter mode': async ({ page }) => {
    await lock(page, HOST);
    await button(page, 'Presenter').click();
    await expect(page.getByText('it is not shown in presenter mode')).toBeVisible();
  },
};

/** By screen and name: what brings a fresh page there. It is given the fixtures of tests/e2e/lab.mjs that it names. */
export const STATES = { Check: CHECK, Reference: REFERENCE, Simulate: SIMULATE, Lessons: LESSONS, Live: LIVE };
