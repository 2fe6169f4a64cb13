import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Authorizer, makeTokenKey } from './authorizer.mjs';
import { connectPacket } from './client.mjs';
import { HOST } from './gateway.mjs';
import { LONG_LIVED, PINGREQ, PINGRESP, startLab } from './lab.mjs';
import { signUrl } from './signature.mjs';

const lab = startLab();
const { seen, socket, upgrade } = lab;

// One with every character that a URL must not carry as it is.
const TOKEN = 'a token/with+reserved=characters&?#%';
const key = makeTokenKey();
const parameters = (change = {}) => {
  const all = {
    'x-amz-customauthorizer-name': 'lab', 'x-amz-customauthorizer-signature': key.sign(TOKEN), token: TOKEN, ...change,
  };
  const given = Object.entries(all).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
};
const url = (query) => `wss://${HOST}/mqtt${query === '' ? '' : `?${query}`}`;
const use = (settings = {}) => {
  lab.gateway.authorizer = new Authorizer({ publicKey: key.publicKey, tokens: [TOKEN], ...settings });
  return lab.gateway.authorizer;
};
const connects = async (client, packet) => assert.equal(await client.send(packet).take(4), '20020000');

test('a signed token in the query opens a session, and the function is told what Lambda is told', async () => {
  const { asked } = use();
  const client = await socket(url(parameters()));
  const [event] = asked;
  assert.deepEqual([event.token, event.signatureVerified, event.protocols], [TOKEN, true, ['tls', 'http']]);
  assert.equal(event.protocolData.tls.serverName, HOST);
  assert.equal(new URLSearchParams(event.protocolData.http.queryString).get('token'), TOKEN);
  await connects(client, connectPacket(4, 'custom', { username: 'me', password: 'secret' }));
  const { protocols, protocolData: { mqtt }, connectionMetadata } = asked[1];
  assert.deepEqual(protocols, ['tls', 'http', 'mqtt']);
  assert.deepEqual(mqtt, { username: 'me', password: Buffer.from('secret').toString('base64'), clientId: 'custom' });
  assert.equal(connectionMetadata.id, event.connectionMetadata.id);
  assert.equal(lab.gateway.sessions.get('custom').principal, 'lab-principal');
  client.close();
});

// The case, the reason that the gateway notes, and the query.
const BAD = [
  ['an unknown authorizer', 'authorizer', () => parameters({ 'x-amz-customauthorizer-name': 'other' })],
  ['no authorizer, and none is the default', 'authorizer', () => parameters({ 'x-amz-customauthorizer-name': undefined })],
  ['no signature', 'token signature', () => parameters({ 'x-amz-customauthorizer-signature': undefined })],
  ['the signature of another token', 'token signature', () => parameters({ 'x-amz-customauthorizer-signature': key.sign('other') })],
  ['the signature of another key', 'token signature', () =>
    parameters({ 'x-amz-customauthorizer-signature': makeTokenKey().sign(TOKEN) })],
  ['no token', 'token signature', () => parameters({ token: undefined })],
  ['a token that is signed and not known', 'token', () =>
    parameters({ token: 'other', 'x-amz-customauthorizer-signature': key.sign('other') })],
  ['another token key name', 'parameters', () => parameters({ token: undefined, Token: TOKEN })],
  ['a parameter given twice', 'parameters', () => `${parameters()}&token=x`],
  ['a token that is not encoded', 'parameters', () => `${parameters({ token: undefined })}&token=${TOKEN.replaceAll('#', '')}&more`],
];
for (const [name, reason, query] of BAD) {
  test(`403 for ${name}`, async () => {
    use();
    assert.equal((await upgrade(url(query()))).status, 403);
    assert.deepEqual(lab.gateway.log.at(-1), { event: 'upgrade refused', status: '403 Forbidden', reason });
  });
}

test('the default authorizer needs no name, and without signing no signature', async () => {
  use({ isDefault: true, publicKey: undefined });
  const client = await socket(url('token=' + encodeURIComponent(TOKEN)));
  await connects(client, connectPacket(4, 'custom'));
  assert.equal(lab.gateway.authorizer.asked[0].signatureVerified, false);
  client.close();
});

for (const version of [4, 5]) {
  test(`the parameters behind the user name of CONNECT (${version})`, async () => {
    use({ users: { me: 'secret' } });
    const refused = version === 5 ? '2003008700' : '';
    const good = { username: `me?${parameters()}`, password: 'secret' };
    for (const options of [{}, { ...good, username: 'me' }, { ...good, username: `you?${parameters()}` }, { ...good, password: 'wrong' },
      { ...good, username: `me?${parameters({ token: 'other' })}` }]) {
      assert.equal(await (await socket(url(''))).send(connectPacket(version, 'custom', options)).rest(), refused);
    }
    const client = (await socket(url(''))).send(connectPacket(version, 'custom', good));
    await lab.gateway.log.until(({ event, clientId }) => event === 'connected' && clientId === 'custom');
    client.close();
  });
}

test('the session ends when the time that the function gave is over', async () => {
  use({ disconnectAfterInSeconds: 0.1 });
  const client = await socket(url(parameters()));
  await connects(client, connectPacket(4, 'custom'));
  assert.equal(await client.rest(), '');
  assert.equal((await seen('closed by gateway', 'custom')).disconnectReason, 'CUSTOMAUTH_TTL_EXPIRATION');
});

test('a signed URL is still one, and without an authorizer nothing else is', async () => {
  use();
  const client = await socket(signUrl({ host: HOST, ...LONG_LIVED }));
  await connects(client, connectPacket(4, 'signed'));
  assert.equal(await client.send(PINGREQ).take(2), PINGRESP);
  client.close();
  lab.gateway.authorizer = undefined;
  assert.equal((await upgrade(url(parameters()))).status, 403);
});
