// The fixtures themselves, on a page made here: they must see what they are there to see.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authorizer, makeTokenKey } from '../gateway/authorizer.mjs';
import { CLOSED_POOL, cognitoHost, LOGIN_TOKEN, PROVIDER } from '../gateway/cognito.mjs';
import { startGateway } from '../gateway/gateway.mjs';
import { axe, expect, HOST, LOOKS, signedUrl, test as lab } from './lab.mjs';

const PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Self-test</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'self'; img-src data:; connect-src 'self' wss://${HOST}:443 https://${cognitoHost()}; worker-src blob:; require-trusted-types-for 'script'">
</head><body><main><h1>Self-test</h1><p id="place"></p></main></body></html>`;

const test = lab.extend({
  root: [async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'policylab-e2e-'));
    await writeFile(join(folder, 'index.html'), PAGE);
    await use(folder);
    await rm(folder, { recursive: true });
  }, { scope: 'worker' }],
});

test.beforeEach(async ({ page }) => { await page.goto('./'); });

/** In the page: opens a socket, sends a CONNECT of MQTT 3.1.1 and returns the answer, or the code of the close. */
const connect = (page, url) => page.evaluate((address) => new Promise((resolve) => {
  const socket = new WebSocket(address, 'mqtt');
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => socket.send(Uint8Array.of(0x10, 13, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 1, 97));
  socket.onmessage = (event) => resolve([...new Uint8Array(event.data)]);
  socket.onclose = (event) => resolve(event.code);
}), url);

test('a signed URL reaches the broker through the AWS host name', async ({ page, gateway }) => {
  expect(await connect(page, signedUrl())).toEqual([0x20, 2, 0, 0]);
  expect(await connect(page, signedUrl({ accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }))).toEqual([0x20, 2, 0, 0]);
  expect(gateway.log.map(({ event }) => event)).toContain('connected');
});

test('a bad signature is close 1006 and an announced error', async ({ page, gateway, expectError }) => {
  expect(await connect(page, signedUrl({ region: 'us-east-1' }))).toBe(1006);
  expect(gateway.log.at(-1).reason).toBe('region');
  expectError(/WebSocket connection to .* failed/);
});

test('a client ID that is not allowed is closed', async ({ page, gateway }) => {
  gateway.rules = { connect: ['sensor-*'] };
  expect(await connect(page, signedUrl())).toBe(1005);
});

/** In the page: one call of Cognito's, from another origin and so with a preflight. [status, answer], or the name of the error. */
const cognitoCall = (page, operation, body) => page.evaluate(([host, target, body]) => fetch(`https://${host}/`, {
  method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, body: JSON.stringify(body),
}).then(async (response) => [response.status, await response.json()], ({ name }) => name),
[cognitoHost(), `AWSCognitoIdentityService.${operation}`, body]);

test('Cognito under its real host name gives credentials that open a socket', async ({ page, cognito }) => {
  const Logins = { [PROVIDER]: LOGIN_TOKEN };
  const [, { IdentityId }] = await cognitoCall(page, 'GetId', { IdentityPoolId: CLOSED_POOL, Logins });
  const [status, { Credentials }] = await cognitoCall(page, 'GetCredentialsForIdentity', { IdentityId, Logins });
  expect(status).toBe(200);
  expect(cognito.log.map(({ operation }) => operation)).toEqual(['GetId', 'GetCredentialsForIdentity']);
  const { AccessKeyId: accessKeyId, SecretKey: secretAccessKey, SessionToken: sessionToken } = Credentials;
  expect(await connect(page, signedUrl({ accessKeyId, secretAccessKey, sessionToken }))).toEqual([0x20, 2, 0, 0]);
});

test("Cognito's errors can be read, its outages cannot", async ({ page, cognito, expectError }) => {
  const [status, { __type: type }] = await cognitoCall(page, 'GetId', { IdentityPoolId: CLOSED_POOL });
  expect([status, type]).toEqual([400, 'NotAuthorizedException']);
  cognito.fail('outage');
  expect(await cognitoCall(page, 'GetId', { IdentityPoolId: CLOSED_POOL })).toBe('TypeError');
  expectError(/^console: .*(400|CORS|net::ERR_FAILED|503)/);
});

/** In the page: a session of client ID `a`, connected, and what it has received since: bytes, and the code of the close. */
const hold = (page) => page.evaluate((url) => new Promise((resolve) => {
  globalThis.received = [];
  globalThis.socket = new WebSocket(url, 'mqtt');
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => socket.send(Uint8Array.of(0x10, 13, 0, 4, 77, 81, 84, 84, 4, 2, 0, 60, 0, 1, 97));
  socket.onmessage = () => {
    socket.onmessage = ({ data }) => received.push(...new Uint8Array(data));
    resolve();
  };
  socket.onclose = ({ code }) => received.push(code);
}), signedUrl());
const ping = (page) => page.evaluate(() => socket.send(Uint8Array.of(0xc0, 0)));
const received = (page) => page.evaluate(() => globalThis.received);

test('a connection that is cut in mid-packet: what came, and 1006', async ({ page, gateway }) => {
  await hold(page);
  gateway.sessions.get('a').cutInPacket();
  await ping(page);
  await expect.poll(() => received(page)).toEqual([0xd0, 1006]);
});

test('a connection that is half open says nothing, not even when its client ID is taken over', async ({ page, gateway }) => {
  await hold(page);
  const session = gateway.sessions.get('a');
  session.hold();
  await ping(page);
  expect(await connect(page, signedUrl())).toEqual([0x20, 2, 0, 0]);
  expect(gateway.log.filter(({ disconnectReason }) => disconnectReason === 'DUPLICATE_CLIENTID')).toHaveLength(1);
  expect(await received(page)).toEqual([]);
  session.cut();
  await expect.poll(() => received(page)).toEqual([1006]);
});

test('a custom authorizer opens a socket, and refuses one with close 1006', async ({ page, gateway, expectError }) => {
  const { publicKey, sign } = makeTokenKey();
  gateway.authorizer = new Authorizer({ publicKey, tokens: ['token'] });
  const url = (token) => `wss://${HOST}/mqtt?${new URLSearchParams({
    'x-amz-customauthorizer-name': 'lab', 'x-amz-customauthorizer-signature': sign('token'), token,
  })}`;
  expect(await connect(page, url('token'))).toEqual([0x20, 2, 0, 0]);
  expect(await connect(page, url('other'))).toBe(1006);
  expectError(/WebSocket connection to .* failed/);
});

test('another host is out of reach', async ({ page, expectViolation }) => {
  expectViolation('connect-src');
  await page.evaluate(() => { try { new WebSocket('wss://other.example/mqtt'); } catch { /* the event is enough */ } });
  await page.evaluate(() => fetch('https://other.example/').catch(() => null));
});

test('an HTML sink is guarded', async ({ page, expectViolation }) => {
  expectViolation('require-trusted-types-for');
  await page.evaluate(() => { try { document.querySelector('#place').innerHTML = '<b>x</b>'; } catch { /* likewise */ } });
});

test('trouble is noticed in every page of the context', async ({ page, context, trouble, expectError, expectViolation }) => {
  const other = await context.newPage();
  await other.goto('./');
  await page.evaluate(() => console.error('one'));
  await other.evaluate(() => setTimeout(() => { throw new Error('two'); }));
  await expect.poll(() => trouble.unexpected()).toEqual(['console: one', 'uncaught: Error: two']);
  expectError(/^console: one$/);
  expectError(/^uncaught: Error: two$/);
  expect(trouble.unexpected()).toEqual([]);
  await other.evaluate(() => fetch('https://other.example/').catch(() => null));
  await expect.poll(() => trouble.unexpected()).toContain('violation: connect-src https://other.example/');
  expectViolation('connect-src');
});

test('trouble is noticed in a worker', async ({ page, trouble, expectError, expectViolation }) => {
  await page.evaluate(() => {
    const policy = trustedTypes.createPolicy('self-test', { createScriptURL: (url) => url });
    const source = `console.error('said');
      setTimeout(() => { throw new Error('thrown'); });
      setInterval(() => fetch('https://other.example/').catch(() => null), 50);`;
    new Worker(policy.createScriptURL(URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))));
  });
  expectError(/^console: said$/);
  expectError(/^(console|uncaught): .*thrown/);
  expectViolation('connect-src');
  await expect.poll(() => trouble.missing()).toEqual([]);
});

test('no other certificate is accepted', async ({ page, gateway, mosquitto, expectError }) => {
  const stranger = await startGateway({ brokerPort: mosquitto.port });
  expect((await page.goto(`https://localhost:${gateway.port}/`)).status()).toBe(404);
  await expect(page.goto(`https://localhost:${stranger.port}/`)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID');
  expectError(/404/);
  await stranger.close();
});

test.describe('a test fails', () => {
  test.fail();
  test('on trouble that it did not announce', async ({ page }) => { await page.evaluate(() => console.error('x')); });
  test('on announced trouble that does not come', async ({ expectViolation }) => { expectViolation('connect-src'); });
});

test('axe sees a fault and nothing where there is none', async ({ page }) => {
  expect(await axe(page)).toEqual([]);
  await page.evaluate(() => document.querySelector('main').append(document.createElement('button')));
  expect(await axe(page)).toEqual(['button-name (critical) at button']);
});

for (const look of LOOKS) {
  test.describe(look.name, () => {
    test.use(look.use);
    test('is what the page sees', async ({ page }) => {
      const seen = await page.evaluate(() => `${innerWidth} ${matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'}`);
      expect(seen).toBe(look.name);
    });
  });
}

test('files are served with their types, fresh, and from the folder only', async ({ site, request }) => {
  const index = await request.get(site.url);
  expect(index.headers()).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  for (const path of ['no.wasm', '..%2f..%2fetc/passwd', '%2e%2e/x', '%2fetc/passwd']) {
    expect((await request.get(site.url + path)).status(), path).toBe(404);
  }
  expect((await request.get(`${site.url}%zz`)).status()).toBe(404);
  expect((await request.get(new URL('/', site.url).href)).status()).toBe(404);
});
