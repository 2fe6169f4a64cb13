// How live sessions get in: the endpoint before the lock, credentials behind it, and what is left of them afterwards.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { CLOSED_POOL, LOGIN_TOKEN, OPEN_POOL, PROVIDER, cognitoHost } from '../gateway/cognito.mjs';
import { Authorizer, makeTokenKey } from '../gateway/authorizer.mjs';
import { expect, HOST, KEYS, test, workerOf } from './lab.mjs';
import { giveCredentials as type, KEY, log, pasteCredentials as paste } from './live.mjs';

const LONG = 'AKIAIOSFODNN7EXAMPLE';
const { secretAccessKey: SECRET, sessionToken: TOKEN } = KEYS[KEY];

const button = (page, name) => page.getByRole('button', { name, exact: true });
const how = (page) => page.getByRole('region', { name: 'How to connect' });
const session = (page, name) => page.getByRole('group', { name: `Session ${name}` });
const held = (page) => page.getByText('It cannot be read back.');

async function open(page) {
  await page.goto('./');
  await button(page, 'Live').click();
}
async function lock(page, endpoint = HOST) {
  await open(page);
  await page.getByLabel('Endpoint', { exact: true }).fill(endpoint);
  await button(page, 'Lock the page to it').click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
}
async function lockToPool(page, pool) {
  await open(page);
  await page.getByLabel('Endpoint', { exact: true }).fill(HOST);
  await page.getByRole('radio', { name: /Cognito/ }).check();
  await page.getByLabel('Identity pool ID').fill(pool);
  await button(page, 'Lock the page to it').click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
}
async function connects(page) {
  await button(page, 'Connect A').click();
  await expect(session(page, 'A')).toContainText(/Connected as iotlab-/);
}
const lines = (parts) => Object.entries(parts).map(([name, value]) => `export ${name}=${value}`).join('\n');
const env = (more = {}) => lines({ AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET, AWS_SESSION_TOKEN: TOKEN, ...more });
const inMinutes = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString().replace(/\.\d+/, '');

test.describe('the endpoint', () => {
  for (const [typed, says] of [
    ['iot.eu-west-1.amazonaws.com.evil.example', /belongs to someone else/],
    ['example-ats.iot.eu-west-1.amaz0naws.com', /belongs to someone else/],
    ['wss://user@example-ats.iot.eu-west-1.amazonaws.com', /user/],
    ['example-ats.iot.eu-west-1.amazonaws.com.', /dot/],
    ['wss://ex\u0430mple-ats.iot.eu-west-1.amazonaws.com', /ASCII|U\+0430/],
    ['wss://xn--80ak6aa92e.example', /xn--/],
    ['https://example-ats.iot.eu-west-1.amazonaws.com', /wss/],
    ['', /describe-endpoint/],
    ['ws://broker.example', /ws:\/\//],
    ['wss://[::1]:9001', /IPv6/],
  ]) {
    test(`T16: "${typed}" is refused with a reason, and stays as typed`, async ({ page }) => {
      await open(page);
      await page.getByLabel('Endpoint', { exact: true }).fill(typed);
      await button(page, 'Lock the page to it').click();
      await expect(page.getByRole('alert')).toContainText(says);
      expect(page.url()).not.toContain('live');
      await expect(page.getByLabel('Endpoint', { exact: true })).toHaveValue(typed);
    });
  }

  for (const [typed, says] of [
    ['wss://example-ats.iot.eu-west-1.amazonaws.com.evil.example', /belongs to someone else/],
    ['wss://example-ats.iot.eu-west-1.amazonavvs.com', /belongs to someone else/],
    ['wss://iot.eu-west-1.amazonaws.com', /creates things and policies/],
    ['example.iot.eu-west-1.amazonaws.com', /use example-ats\.iot/],
    [`wss://${HOST}:8883`, /port 443 only/],
  ]) {
    test(`T16: "${typed}" is locked to only when what is odd about it was read`, async ({ page }) => {
      await open(page);
      await page.getByLabel('Endpoint', { exact: true }).fill(typed);
      await expect(page.getByLabel('Endpoint', { exact: true })).toHaveAccessibleDescription(says);
      await button(page, 'Lock the page to it').click();
      await expect(page.getByRole('alert')).toContainText(says);
      expect(page.url()).not.toContain('live');
      await button(page, 'Lock the page to it all the same').click();
      await expect(page.getByText('This page can now reach')).toBeVisible();
    });
  }

  test('T16: another endpoint than the one that was read about asks anew', async ({ page }) => {
    await open(page);
    const endpoint = page.getByLabel('Endpoint', { exact: true });
    await endpoint.fill('wss://amazonavvs.com');
    await button(page, 'Lock the page to it').click();
    await expect(button(page, 'Lock the page to it all the same')).toBeVisible();
    await endpoint.fill('wss://amazonavvs.com.example');
    await expect(button(page, 'Lock the page to it')).toBeVisible();
  });

  test('a custom domain asks for its Region', async ({ page }) => {
    await lock(page, 'wss://iot.example.com');
    await type(page);
    await expect(page.getByRole('alert')).toContainText('does not name its region');
    await page.getByLabel('Region').fill('eu-west-1');
    await type(page);
    await expect(page.getByText('for eu-west-1')).toBeVisible();
  });

  test('Cognito wants the ID of a pool, before anything is locked', async ({ page }) => {
    await open(page);
    await page.getByLabel('Endpoint', { exact: true }).fill(HOST);
    await page.getByRole('radio', { name: /Cognito/ }).check();
    await page.getByLabel('Identity pool ID').fill('eu-west-1:pool');
    await button(page, 'Lock the page to it').click();
    await expect(page.getByRole('alert')).toContainText('no ID of an identity pool');
    expect(page.url()).not.toContain('live');
  });

  test('no handover but the page\'s own widens the lock', async ({ page }) => {
    for (const endpoint of [
      `wss://${HOST}:443 https://cognito-identity.eu-west-1.amazonaws.com.evil.example:443`,
      `wss://${HOST}:443 https://evil.example:443`,
      `wss://${HOST}:443 https://cognito-identity.eu-west-1.amazonaws.com:443 https://evil.example:443`,
      `wss://${HOST}:443; script-src *`,
    ]) {
      await page.goto('./');
      await page.evaluate((it) => sessionStorage.setItem('iot-policy-lab', JSON.stringify({ endpoint: it, workspace: null })), endpoint);
      await page.goto('./?live');
      await expect(page.getByRole('contentinfo')).toContainText('Stays in this tab');
      expect(await page.locator('meta[http-equiv]').nth(1).getAttribute('content')).toMatch(/^connect-src 'self'; /);
    }
  });
});

test.describe('what the browser forbids is said first', () => {
  // A page that came over plain http from another machine.
  const plain = test.extend({
    launchOptions: [async ({ launchOptions }, use) => {
      const args = launchOptions.args.map((arg) =>
        (arg.startsWith('--host-resolver-rules=') ? `${arg}, MAP policylab.example 127.0.0.1` : arg));
      await use({ ...launchOptions, args });
    }, { scope: 'worker' }],
  });
  plain('T25: without a secure context nothing is signed, and that is said before the lock', async ({ page, site }) => {
    await page.goto(site.url.replace('127.0.0.1', 'policylab.example'));
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await button(page, 'Live').click();
    await page.getByLabel('Endpoint', { exact: true }).fill(HOST);
    await expect(page.getByLabel('Endpoint', { exact: true })).toHaveAccessibleDescription(/Signing needs a secure page/);
    await button(page, 'Lock the page to it').click();
    await expect(page.getByRole('alert')).toContainText('Signing needs a secure page');
    expect(page.url()).not.toContain('live');
    await page.getByRole('radio', { name: /plain/ }).check();
    await expect(page.getByLabel('Endpoint', { exact: true })).toHaveAccessibleDescription('');
  });

  test('T15: inside the frame of another page Live takes nothing', async ({ page, site }) => {
    const other = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><link rel="icon" href="data:,"><iframe src="${site.url}" width="900" height="700"></iframe>`);
    });
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    await page.goto(`http://127.0.0.1:${other.address().port}/`);
    const [, frame] = page.frames();
    await frame.getByRole('button', { name: 'Live', exact: true }).click();
    await expect(frame.getByText('Live does not run inside a frame of another page.')).toBeVisible();
    await expect(frame.getByRole('textbox')).toHaveCount(0);
    other.close();
  });

  test('a clock that is off is said before anything is sent', async ({ page, gateway }) => {
    await page.route('**/lab/', async (route, request) => {
      if (request.method() !== 'HEAD') return route.fallback();
      await route.fulfill({ headers: { date: new Date(Date.now() - 3_600_000).toUTCString() } });
    });
    await lock(page);
    await expect(page.getByRole('alert')).toContainText(/60 minutes ahead of the server's/);
    expect(gateway.log.length).toBe(0);
  });

  test('a clock that is right is not spoken of', async ({ page }) => {
    const asked = page.waitForRequest((request) => request.method() === 'HEAD');
    await lock(page);
    await (await asked).response();
    await type(page);
    await expect(held(page)).toBeVisible();
    await expect(page.getByText('the clock of this machine')).toHaveCount(0);
  });
});

test.describe('credentials', () => {
  const json = JSON.stringify({ Credentials: { AccessKeyId: KEY, SecretAccessKey: SECRET, SessionToken: TOKEN, Expiration: inMinutes(60) } });
  for (const [form, text] of [
    ['export lines', env({ AWS_CREDENTIAL_EXPIRATION: inMinutes(60) })],
    ['the answer of sts', json],
    ['PowerShell', env().replaceAll('export ', '$Env:').replaceAll(/=(.*)/g, '="$1"')],
    ['a profile', `[lab]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\naws_session_token = ${TOKEN}\n`],
    ['a CSV file', `Access key ID,Secret access key,Session token\r\n${KEY},${SECRET},${TOKEN}\r\n`],
    ['one line', env().replaceAll('\n', ' ')],
  ]) {
    test(`a paste of ${form} is taken, and connects`, async ({ page }) => {
      await lock(page);
      await paste(page, text);
      await expect(held(page)).toContainText('key that ends in MPLE, for eu-west-1');
      await expect(page.locator('#keys')).toBeFocused();
      await expect(page.getByRole('timer')).toHaveCount(text.includes('xpiration') || text.includes('EXPIRATION') ? 1 : 0);
      await connects(page);
    });
  }

  test('three fields are taken, emptied, and connect', async ({ page }) => {
    await lock(page);
    await type(page);
    await expect(held(page)).toBeVisible();
    await connects(page);
    await button(page, 'Forget now').click();
    for (const name of ['Access key ID', 'Secret access key', 'Session token', 'Paste credentials']) {
      await expect(page.getByLabel(name)).toHaveValue('');
    }
    await expect(page.getByLabel('Paste credentials')).toBeFocused();
    await button(page, 'Disconnect A').click();
    await expect(session(page, 'A')).toContainText('Disconnected by you');
    await button(page, 'Connect A').click();
    await expect(page.getByRole('alert')).toContainText('no credentials');
  });

  test('a text that comes by a screen keyboard is taken whole; typed letters are not', async ({ page }) => {
    await lock(page);
    const box = page.getByLabel('Paste credentials');
    await box.press('A');
    await expect(box).toHaveValue('');
    await expect(page.getByText('To type, use the three fields below it.')).toBeVisible();
    await box.fill(env().replaceAll('\n', ' '));
    await expect(held(page)).toBeVisible();
  });

  test('several sets: one is chosen, and what is wrong with the others is said', async ({ page }) => {
    await lock(page);
    await paste(page, `[old]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\n[lab]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\naws_session_token = ${TOKEN}\n`);
    const choice = page.getByRole('region', { name: 'Which of these?' });
    await expect(choice.getByRole('heading')).toBeFocused();
    await expect(choice.getByRole('listitem').filter({ hasText: 'old' })).toContainText('works only with its session token');
    await choice.getByRole('button', { name: 'Use lab' }).click();
    await expect(held(page)).toBeVisible();
    await connects(page);
  });

  const WRONG = [
    ['a token that is missing', lines({ AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET }), 'works only with its session token'],
    ['a space in the secret', env({ AWS_SECRET_ACCESS_KEY: `"${SECRET.replace('/', ' ')}"` }), 'Line 2: a space stands in the secret access key'],
    ['a line end in the secret', env({ AWS_SECRET_ACCESS_KEY: SECRET.replace('/', '\n') }), /Line \d: the secret access key is broken into lines/],
    ['an end that is past', env({ AWS_CREDENTIAL_EXPIRATION: inMinutes(-1) }), 'Line 4: the credentials have expired'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', /private key/],
    ['the ID of a role', env({ AWS_ACCESS_KEY_ID: 'AROAIOSFODNN7EXAMPLE' }), 'the ID of a role'],
    ['swapped parts', lines({ AWS_ACCESS_KEY_ID: SECRET.replaceAll('/', 'a'), AWS_SECRET_ACCESS_KEY: KEY }), 'exchange them'],
    ['nothing of the kind', 'hello, this is no key at all', 'Line 1: there are no credentials in this text; paste what aws configure export-credentials prints.'],
  ];
  for (const [name, text, says] of WRONG) {
    test(`named with its place: ${name}`, async ({ page, gateway }) => {
      await lock(page);
      await paste(page, text);
      await expect(how(page).getByRole('alert')).toContainText(says);
      await expect(how(page).getByRole('alert')).not.toContainText(SECRET.slice(0, 8));
      expect(gateway.log.length).toBe(0);
    });
  }
  for (const [name, given, says] of [
    ['a temporary key without its token', { token: '' }, 'works only with its session token'],
    ['a space in the secret', { secret: 'wJalr XUtnFEMI' }, 'A space stands in the secret access key'],
    ['no secret', { secret: '' }, 'The secret access key is empty'],
    ['no access key', { id: '' }, 'The access key ID is empty'],
  ]) {
    test(`named in its field: ${name}`, async ({ page }) => {
      await lock(page);
      await type(page, given);
      await expect(how(page).getByRole('alert')).toContainText(says);
      await expect(page.getByLabel('Secret access key')).toHaveValue(given.secret ?? SECRET);
    });
  }

  test('T18: a long-lived key meets a warning and the command for a temporary one, and works after a deliberate press', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await lock(page);
    await paste(page, lines({ AWS_ACCESS_KEY_ID: LONG, AWS_SECRET_ACCESS_KEY: KEYS[LONG].secretAccessKey }));
    await expect(how(page).getByRole('alert')).toContainText('if it leaks, it leaks for good');
    await button(page, 'Copy the command').click();
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('aws sts get-session-token --duration-seconds 900');
    await button(page, 'Connect A').click();
    await expect(page.getByRole('alert').filter({ hasText: 'no credentials' })).toBeVisible();
    await button(page, 'Use it in this tab anyway').click();
    await expect(held(page)).toBeVisible();
    await connects(page);
  });

  test('T18: a long-lived key that is dropped cannot be used', async ({ page }) => {
    await lock(page);
    await type(page, { id: LONG, secret: KEYS[LONG].secretAccessKey, token: '' });
    await button(page, 'Drop it').click();
    await expect(page.getByLabel('Secret access key')).toHaveValue('');
    await expect(page.getByRole('button', { name: 'Use it in this tab anyway' })).toHaveCount(0);
  });

  test('the end is counted down to, said when it is near, and then they are forgotten', async ({ page }) => {
    await lock(page);
    const soon = new Date(Date.now() + 14_000).toISOString();
    await paste(page, env({ AWS_CREDENTIAL_EXPIRATION: soon }));
    await expect(page.getByRole('timer')).toHaveText(/^0:\d\d$/);
    await expect(page.getByText('Less than five minutes are left.')).toBeVisible();
    await expect(how(page).getByRole('alert')).toContainText('have expired and were forgotten', { timeout: 30_000 });
    await expect(page.getByLabel('Paste credentials')).toBeVisible();
    await button(page, 'Connect A').click();
    await expect(page.getByRole('alert').filter({ hasText: 'no credentials' })).toBeVisible();
  });

  test('a page that is left has forgotten', async ({ page }) => {
    await lock(page);
    await type(page);
    await expect(held(page)).toBeVisible();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
    await expect(page.getByLabel('Paste credentials')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Forget now' })).toHaveCount(0);
  });
});

test.describe('Cognito', () => {
  const asked = (cognito) => cognito.log.map(({ operation, body, refused }) => refused ?? [operation, body.Logins ?? null]);
  const credentials = (cognito) => cognito.log.filter(({ operation }) => operation === 'GetCredentialsForIdentity');

  test('a guest: the page is locked to the endpoint and to the identity host, and connects', async ({ page, cognito }) => {
    await lockToPool(page, OPEN_POOL);
    expect(await page.locator('meta[http-equiv]').nth(1).getAttribute('content'))
      .toMatch(new RegExp(`^connect-src 'self' wss://${HOST}:443 https://${cognitoHost()}:443; `));
    expect(cognito.log).toEqual([]);
    await button(page, 'Get credentials').click();
    await expect(held(page)).toBeVisible();
    expect(asked(cognito)).toEqual([['GetId', null], ['GetCredentialsForIdentity', null]]);
    await expect(page.getByText('They are replaced before they expire')).toBeVisible();
    await connects(page);
  });

  test('a login: its token goes to Cognito and leaves its field', async ({ page, cognito, expectError }) => {
    expectError(/Failed to load resource.* 400/);
    await lockToPool(page, CLOSED_POOL);
    await button(page, 'Get credentials').click();
    await expect(how(page).getByRole('alert')).toContainText('the pool allows no guests');
    await page.getByRole('radio', { name: 'with a login' }).check();
    await page.getByLabel('Login provider').fill(PROVIDER);
    await page.getByLabel('Login token').fill('not.the.token');
    await button(page, 'Get credentials').click();
    await expect(how(page).getByRole('alert')).toContainText('the login is not valid or has expired');
    cognito.reset();
    await page.getByLabel('Login token').fill(LOGIN_TOKEN);
    await button(page, 'Get credentials').click();
    await expect(held(page)).toBeVisible();
    const logins = { [PROVIDER]: LOGIN_TOKEN };
    expect(asked(cognito)).toEqual([['GetId', logins], ['GetCredentialsForIdentity', logins]]);
    await connects(page);
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(LOGIN_TOKEN);
  });

  test('credentials are replaced before they expire, for the same identity, and the new ones connect', async ({ page, cognito, gateway }) => {
    cognito.lifetime = 6000;
    await lockToPool(page, OPEN_POOL);
    await button(page, 'Get credentials').click();
    await expect(held(page)).toBeVisible();
    await expect.poll(() => credentials(cognito).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
    expect(new Set(credentials(cognito).map(({ body }) => body.IdentityId)).size).toBe(1);
    expect(cognito.log.filter(({ operation }) => operation === 'GetId')).toHaveLength(1);
    await expect(log(page).getByRole('row').filter({ hasText: /The page.*The credentials were renewed; they end at \d{4}-\d\d-\d\d [\d:]{8} UTC\./ }).first()).toBeVisible();
    cognito.lifetime = 3_600_000;
    await connects(page);
    expect(gateway.log.filter(({ event }) => event === 'upgrade refused')).toEqual([]);
  });

  test('credentials that cannot be replaced: said, and forgotten at their end', async ({ page, cognito, expectError }) => {
    expectError(/Failed to load resource.* 400/);
    cognito.lifetime = 8000;
    await lockToPool(page, OPEN_POOL);
    await button(page, 'Get credentials').click();
    await expect(held(page)).toBeVisible();
    cognito.fail('NotAuthorizedException');
    await expect(how(page).getByRole('alert')).toContainText('could not be replaced');
    await expect(how(page).getByRole('alert')).toContainText('have expired and were forgotten');
    expect(credentials(cognito)).toHaveLength(2);
    await expect(log(page).getByRole('row').filter({ hasText: /The page.*The credentials could not be renewed\./ })).toHaveCount(1);
  });

  for (const [failure, says] of [
    ['TooManyRequestsException', 'too many requests'],
    ['InvalidIdentityPoolConfigurationException', 'no role for this kind of identity'],
  ]) {
    test(`${failure} is said, and another press tries again`, async ({ page, cognito, expectError }) => {
      expectError(/Failed to load resource.* 400/);
      cognito.fail(failure);
      await lockToPool(page, OPEN_POOL);
      await button(page, 'Get credentials').click();
      await expect(how(page).getByRole('alert')).toContainText(says);
      await button(page, 'Get credentials').click();
      await expect(held(page)).toBeVisible();
    });
  }

  test('a host that gives no answer is said', async ({ page, cognito, expectError }) => {
    expectError(/CORS|Failed to load resource|ERR_FAILED/);
    cognito.fail('outage');
    await lockToPool(page, OPEN_POOL);
    await button(page, 'Get credentials').click();
    await expect(how(page).getByRole('alert')).toContainText('gave no answer that this page may read');
  });

  test('a page that is locked without the identity host says so', async ({ page }) => {
    await lock(page);
    await page.getByRole('radio', { name: /Cognito/ }).check();
    await expect(page.getByText('This page is not locked to the identity host of a pool.')).toBeVisible();
  });
});

test.describe('a custom authorizer and other brokers', () => {
  const TOKEN_TEXT = 'a token/with+reserved=characters&?#%';
  const PASSWORD = 'pass-WORD-of-nobody';
  const key = makeTokenKey();
  const asks = (gateway, settings = {}) => {
    gateway.authorizer = new Authorizer({ publicKey: key.publicKey, tokens: [TOKEN_TEXT], users: { me: PASSWORD }, ...settings });
    return gateway.authorizer;
  };
  async function tell(page) {
    await page.getByRole('radio', { name: 'custom authorizer' }).check();
    await page.getByRole('textbox', { name: /^Authorizer/ }).fill('lab');
    await page.getByLabel('Token key name').fill('token');
    await page.getByLabel('Token', { exact: true }).fill(TOKEN_TEXT);
    await page.getByLabel('Signature of the token').fill(key.sign(TOKEN_TEXT));
    await page.getByRole('textbox', { name: 'User name' }).fill('me');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
  }

  for (const [way, radio, protocols] of [
    ['in the query', /query of the URL/, ['tls', 'http']],
    ['behind the user name', /behind the user name/, ['tls', 'http', 'mqtt']],
  ]) {
    test(`its parameters go ${way}, and nothing of them is seen`, async ({ page, gateway }) => {
      const { asked } = asks(gateway);
      await lock(page);
      await tell(page);
      await page.getByRole('radio', { name: radio }).check();
      await button(page, 'Use this').click();
      await expect(page.getByText('What you gave is with the part of this page that connects')).toBeVisible();
      await connects(page);
      expect([asked[0].token, asked[0].signatureVerified, asked[0].protocols]).toEqual([TOKEN_TEXT, true, protocols]);
      expect(asked.at(-1).protocolData.mqtt).toMatchObject({ username: 'me', password: Buffer.from(PASSWORD).toString('base64') });
      const seen = await page.evaluate(() => document.documentElement.outerHTML + location.href);
      for (const secret of [PASSWORD, TOKEN_TEXT, encodeURIComponent(TOKEN_TEXT)]) expect(seen).not.toContain(secret);
    });
  }

  test('what AWS would not take is named, and stays', async ({ page }) => {
    await lock(page);
    await tell(page);
    await page.getByLabel('Signature of the token').fill('AA%3D%3D');
    await button(page, 'Use this').click();
    await expect(how(page).getByRole('alert')).toContainText('The signature is percent-encoded already');
    await expect(page.getByLabel('Token', { exact: true })).toHaveValue(TOKEN_TEXT);
  });

  test('nothing is connected before it is told something', async ({ page, gateway }) => {
    await lock(page);
    await page.getByRole('radio', { name: 'custom authorizer' }).check();
    await button(page, 'Connect A').click();
    await expect(page.getByRole('alert')).toContainText('nothing was given');
    expect(gateway.log.length).toBe(0);
  });

  test('another broker gets user name and password, and needs neither', async ({ page, gateway, mosquitto }) => {
    const { asked } = asks(gateway, { publicKey: undefined, tokens: undefined, isDefault: true });
    await lock(page);
    await page.getByRole('radio', { name: /plain/ }).check();
    await page.getByRole('textbox', { name: /^User name/ }).fill('me');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await button(page, 'Use this').click();
    await expect(page.getByRole('button', { name: 'Forget now' })).toBeVisible();
    await connects(page);
    expect(asked.at(-1).protocolData.mqtt).toMatchObject({ username: 'me', password: Buffer.from(PASSWORD).toString('base64') });
    expect(await page.evaluate(() => document.documentElement.outerHTML)).not.toContain(PASSWORD);

    await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`);
    await page.getByRole('radio', { name: /plain/ }).check();
    await connects(page);
    await button(page, 'Disconnect A').click();
    await expect(session(page, 'A')).toContainText('Disconnected by you');

    // What was given and forgotten is not asked for.
    await page.getByRole('textbox', { name: /^User name/ }).fill('me');
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await button(page, 'Use this').click();
    await button(page, 'Forget now').click();
    await connects(page);
  });
});

test.describe('canaries', () => {
  /** Where the memory of the program that runs here holds any of these texts, as [text, count]. */
  const scan = async ([module, texts]) => {
    const { default: init } = await import(module);
    const { memory } = await init();
    const bytes = new Uint8Array(memory.buffer);
    const found = [];
    for (const text of texts) {
      const wanted = new TextEncoder().encode(text);
      for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
        if (wanted.every((byte, i) => bytes[at + i] === byte)) found.push([text, at]);
      }
    }
    return found;
  };
  /** Whole and in halves: a part would do harm too. */
  const parts = (secret) => [secret, secret.slice(0, 20), secret.slice(20)];
  const module = (page) => page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name).find((name) => /\/sessions-[0-9a-f]+\.js$/.test(name)));
  const traces = (page) => page.evaluate(() => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, location.href, history.state, document.cookie, document.documentElement.outerHTML,
    [...document.querySelectorAll('input, textarea')].map((field) => field.value),
  ]));
  const nowhere = async (page, ...secrets) => {
    const texts = secrets.flatMap(parts);
    const js = await module(page);
    const worker = await workerOf(page);
    // Its program may still be on the way; another start of it would find another file.
    await expect.poll(() => worker.evaluate(() => globalThis.onmessage !== null)).toBe(true);
    expect(await page.evaluate(scan, [js, texts])).toEqual([]);
    expect(await worker.evaluate(scan, [js, texts])).toEqual([]);
    const seen = await traces(page);
    for (const text of texts) expect(seen).not.toContain(text);
  };

  test('the scan finds what is there', async ({ page }) => {
    await lock(page);
    // A client ID is kept by the program.
    const id = await session(page, 'A').getByLabel('Client ID').inputValue();
    expect((await page.evaluate(scan, [await module(page), [id]])).length).toBeGreaterThan(0);
  });

  for (const [way, give] of [
    ['a paste', (page) => paste(page, env({ AWS_CREDENTIAL_EXPIRATION: inMinutes(60) }))],
    ['a paste of JSON', (page) => paste(page, JSON.stringify({ AccessKeyId: KEY, SecretAccessKey: SECRET, SessionToken: TOKEN }, null, 2))],
    ['a CSV file', (page) => paste(page, `Access key ID,Secret access key,Session token\r\n${KEY},${SECRET},${TOKEN}\r\n`)],
    ['the fields', (page) => type(page)],
  ]) {
    test(`once accepted by ${way}, the secret is in no memory, field, storage or address, and the key refuses export`, async ({ page }) => {
      await page.addInitScript(() => {
        const { postMessage } = Worker.prototype;
        Worker.prototype.postMessage = function posted(message, ...rest) {
          if (typeof message === 'object') globalThis.posted = message;
          return postMessage.call(this, message, ...rest);
        };
      });
      await lock(page);
      await give(page);
      await expect(held(page)).toBeVisible();
      await nowhere(page, SECRET);
      await connects(page);
      await nowhere(page, SECRET);
      const { exported, names, text } = await page.evaluate(async () => ({
        exported: await Promise.all(globalThis.posted.keys.map((key) => crypto.subtle.exportKey('raw', key).then(() => 'exported', ({ name }) => name))),
        names: Object.keys(globalThis.posted).sort(),
        text: JSON.stringify(globalThis.posted),
      }));
      expect(exported).toEqual(['InvalidAccessError', 'InvalidAccessError']);
      expect(names).toEqual(['accessKey', 'days', 'keys', 'kind', 'token']);
      for (const part of parts(SECRET)) expect(text).not.toContain(part);
    });
  }

  test('what Cognito gave is in no memory, field, storage or address', async ({ page, cognito, gateway }) => {
    await lockToPool(page, OPEN_POOL);
    await button(page, 'Get credentials').click();
    await expect(held(page)).toBeVisible();
    await connects(page);
    const [id] = Object.keys(gateway.keys).filter((key) => !Object.hasOwn(KEYS, key));
    await nowhere(page, gateway.keys[id].secretAccessKey);
    expect(cognito.log).toHaveLength(2);
  });

  test('what a custom authorizer and another broker were told is in no memory once it is forgotten', async ({ page, gateway }) => {
    const token = 'a-token-for-nobody-0123456789-zyxwvutsrq';
    const passwords = ['pass-WORD-of-nobody-9876543210-qrstuvwxyz', 'WORT-zum-PASS-5647382910-ihgfedcbaponmlkj'];
    const key = makeTokenKey();
    const signature = key.sign(token);
    const users = { me: passwords[0], you: passwords[1] };
    const secrets = [token, signature, encodeURIComponent(signature), ...passwords];
    const goes = async (way) => {
      await button(page, 'Use this').click();
      await connects(page);
      await button(page, 'Forget now').click();
      await button(page, 'Disconnect A').click();
      await expect(session(page, 'A')).toContainText('Disconnected by you.');
      await expect(button(page, 'Connect A')).toBeEnabled();
      await test.step(way, () => nowhere(page, ...secrets));
    };
    await lock(page);
    for (const radio of [/query of the URL/, /behind the user name/]) {
      gateway.authorizer = new Authorizer({ publicKey: key.publicKey, tokens: [token], users });
      await page.getByRole('radio', { name: 'custom authorizer' }).check();
      await page.getByRole('textbox', { name: /^Authorizer/ }).fill('lab');
      await page.getByLabel('Token key name').fill('token');
      await page.getByLabel('Token', { exact: true }).fill(token);
      await page.getByLabel('Signature of the token').fill(signature);
      await page.getByRole('textbox', { name: 'User name' }).fill('me');
      await page.getByRole('textbox', { name: 'Password' }).fill(passwords[0]);
      await page.getByRole('radio', { name: radio }).check();
      await goes(`a custom authorizer, ${radio.source}`);
    }
    gateway.authorizer = new Authorizer({ users, isDefault: true });
    await page.getByRole('radio', { name: /plain/ }).check();
    await page.getByRole('textbox', { name: /^User name/ }).fill('you');
    await page.getByRole('textbox', { name: 'Password' }).fill(passwords[1]);
    await goes('another broker');
  });

  test('what was refused is in no memory', async ({ page }) => {
    await lock(page);
    await paste(page, lines({ AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: SECRET }));
    await expect(how(page).getByRole('alert')).toBeVisible();
    await nowhere(page, SECRET);
  });
});
