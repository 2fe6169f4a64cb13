// The same vectors that src/sigv4 is judged by, through the implementation that the gateway verifies with.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { basicDate, refusal, signUrl } from './signature.mjs';

const { access_key: accessKeyId, secret: secretAccessKey, vectors } = JSON.parse(
  readFileSync(new URL('../cases/sigv4/vectors.json', import.meta.url)),
);

for (const vector of vectors) {
  const { host, pathname, protocol } = new URL(vector.endpoint);
  const path = pathname === '/' ? '/mqtt' : pathname;
  const { region, date, token: sessionToken, expires } = vector;
  const now = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  const known = { [accessKeyId]: { secretAccessKey, sessionToken } };

  test(`aws4 makes and accepts vector ${vector.name}`, () => {
    const scheme = protocol.slice(0, -1);
    const url = signUrl({ host, path, region, date, expires: expires ?? undefined, accessKeyId, secretAccessKey, sessionToken, scheme });
    assert.equal(new URL(url).searchParams.get('X-Amz-Signature'), vector.signature);
    assert.equal(refusal({ url, host, keys: known, region, now }), null);
    if (vector.signature_if_the_token_were_signed) {
      const wrong = url.replace(vector.signature, vector.signature_if_the_token_were_signed);
      assert.equal(refusal({ url: wrong, host, keys: known, region, now }), 'signature');
    }
  });
}

test('a date is written and a date more than five minutes off refused', () => {
  const host = 'example-ats.iot.eu-west-1.amazonaws.com';
  const keys = { [accessKeyId]: { secretAccessKey } };
  const at = Date.UTC(2026, 10, 22, 10, 30);
  const date = basicDate(new Date(at));
  assert.equal(date, '20261122T103000Z');
  const url = signUrl({ host, date, accessKeyId, secretAccessKey });
  const verdict = (seconds) => refusal({ url, host, keys, region: 'eu-west-1', now: at + seconds * 1000 });
  assert.deepEqual([-301, -300, 0, 300, 301].map(verdict), ['date', null, null, null, 'date']);
});
