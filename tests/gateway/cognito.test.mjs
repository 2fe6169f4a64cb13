import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { request } from 'node:https';
import { CLOSED_POOL, LOGIN_TOKEN, OPEN_POOL, PROVIDER, startCognito } from './cognito.mjs';

const NOW = Date.UTC(2026, 10, 22, 10, 30, 0, 500);
const keys = {};
let cognito;
before(async () => { cognito = await startCognito({ now: () => NOW, issued: (id, key) => { keys[id] = key; } }); });
after(() => cognito?.close());
beforeEach(() => cognito.reset());

/** {status, headers, text, json} of what is answered. */
function send(body, { method = 'POST', path = '/', headers = {} } = {}) {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: cognito.port, servername: cognito.host, ca: cognito.cert, method, path };
    const sent = request({ ...options, headers: { host: cognito.host, ...headers } }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, text, json: text === '' ? null : JSON.parse(text) });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
const call = (operation, body, headers = {}) => send(typeof body === 'string' ? body : JSON.stringify(body), {
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `AWSCognitoIdentityService.${operation}`, ...headers },
});
const idOf = async (body) => (await call('GetId', body)).json.IdentityId;
const LOGINS = { [PROVIDER]: LOGIN_TOKEN };

for (const [name, pool, logins] of [
  ['nobody in particular', OPEN_POOL, {}], ['a login to an open pool', OPEN_POOL, { Logins: LOGINS }],
  ['a login', CLOSED_POOL, { Logins: LOGINS }],
]) {
  test(`credentials for ${name}`, async () => {
    const id = await idOf({ IdentityPoolId: pool, ...logins });
    assert.match(id, /^eu-west-1:[0-9a-f-]{36}$/);
    const { status, headers, text, json } = await call('GetCredentialsForIdentity', { IdentityId: id, ...logins });
    const { IdentityId, Credentials } = json;
    assert.deepEqual([status, IdentityId, headers['access-control-allow-origin']], [200, id, '*']);
    assert.match(Credentials.AccessKeyId, /^ASIA[0-9A-F]{16}$/);
    assert.deepEqual(keys[Credentials.AccessKeyId], {
      secretAccessKey: Credentials.SecretKey, sessionToken: Credentials.SessionToken, expires: NOW + 3_600_000,
    });
    assert.equal(Credentials.Expiration, NOW / 1000 + 3600);
    assert.match(text, /"Expiration":1\.\d+E9/);
    assert.deepEqual(
      cognito.log.map(({ operation, body }) => [operation, body.Logins]),
      ['GetId', 'GetCredentialsForIdentity'].map((operation) => [operation, logins.Logins]),
    );
  });
}

test('who logs in again is the same, who does not is new', async () => {
  const login = { IdentityPoolId: OPEN_POOL, Logins: LOGINS };
  assert.equal(await idOf(login), await idOf(login));
  assert.notEqual(await idOf({ IdentityPoolId: OPEN_POOL }), await idOf({ IdentityPoolId: OPEN_POOL }));
});

const UNKNOWN = 'eu-west-1:33333333-3333-4333-8333-333333333333';
// The case, the error, and how it comes about.
const ERRORS = [
  ['a pool that nobody knows', 'ResourceNotFoundException', () => call('GetId', { IdentityPoolId: UNKNOWN })],
  ['a pool ID of another form', 'InvalidParameterException', () => call('GetId', { IdentityPoolId: 'my pool' })],
  ['no pool ID', 'InvalidParameterException', () => call('GetId', {})],
  ['no login where one is wanted', 'NotAuthorizedException', () => call('GetId', { IdentityPoolId: CLOSED_POOL })],
  ['a wrong token', 'NotAuthorizedException', () => call('GetId', { IdentityPoolId: CLOSED_POOL, Logins: { [PROVIDER]: 'wrong' } })],
  ['a provider that the pool does not know', 'NotAuthorizedException', () =>
    call('GetId', { IdentityPoolId: CLOSED_POOL, Logins: { 'accounts.example.com': LOGIN_TOKEN } })],
  ['an identity that nobody knows', 'ResourceNotFoundException', () => call('GetCredentialsForIdentity', { IdentityId: UNKNOWN })],
  ['an identity that logged in, and now does not', 'NotAuthorizedException', async () =>
    call('GetCredentialsForIdentity', { IdentityId: await idOf({ IdentityPoolId: CLOSED_POOL, Logins: LOGINS }) })],
  ['what is not JSON', 'SerializationException', () => call('GetId', '{')],
  ['JSON that is no object', 'SerializationException', () => call('GetId', 'null')],
  ['another operation', 'UnknownOperationException', () => call('DeleteIdentityPool', {})],
  ['another content type', 'SerializationException', () => call('GetId', {}, { 'content-type': 'application/json' })],
  ['a signature', 'SerializationException', () => call('GetId', {}, { authorization: 'AWS4-HMAC-SHA256 x' })],
  ['another host', 'SerializationException', () => call('GetId', {}, { host: 'cognito-identity.us-east-1.amazonaws.com' })],
];
for (const [name, type, make] of ERRORS) {
  test(`${type} for ${name}`, async () => {
    const { status, headers, json } = await make();
    assert.deepEqual([status, json.__type, headers['x-amzn-errortype']], [400, type, `${type}:`]);
    assert.equal(headers['access-control-allow-origin'], '*');
  });
}

test('errors and outages that it is told to have, and then none', async () => {
  cognito.fail('TooManyRequestsException', 'InternalErrorException', 'outage');
  const answers = [];
  for (let i = 0; i < 4; i += 1) {
    const { status, headers, json } = await call('GetId', { IdentityPoolId: OPEN_POOL });
    answers.push([status, json?.__type, headers['access-control-allow-origin']]);
  }
  assert.deepEqual(answers, [
    [400, 'TooManyRequestsException', '*'], [500, 'InternalErrorException', '*'], [503, undefined, undefined], [200, undefined, '*'],
  ]);
});

test('a preflight is answered with what it asks for', async () => {
  const { status, headers } = await send(null, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://example.com', 'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-amz-target',
    },
  });
  assert.equal(status, 200);
  assert.deepEqual(
    ['origin', 'methods', 'headers'].map((name) => headers[`access-control-allow-${name}`]), ['*', 'POST', 'content-type,x-amz-target'],
  );
});
