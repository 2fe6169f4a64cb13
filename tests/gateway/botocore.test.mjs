// URLs presigned by botocore, which shares nothing with aws4 or with src/sigv4: the gateway accepts each as it is, and refuses
// each with one character changed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { refusal } from './signature.mjs';

const COUNT = 300;
// Of each URL every so manieth character is changed, beginning with another one each time: all places come up in turn.
const STRIDE = 23;

/** Numbers below a limit that are the same in every run. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = createHash('sha256').update(state).digest();
    return state.readUInt32BE(0) % limit;
  };
}
const number = numbers('presigned by botocore');
const pick = (list) => list[number(list.length)];
const letters = (alphabet, length) => Array.from({ length }, () => pick(alphabet)).join('');

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
const RESERVED = `${BASE64}!#$&'()*,:;?@[] %-._~`;
const HOSTS = [
  'example-ats.iot.eu-west-1.amazonaws.com', 'example.ats.iot.cn-north-1.amazonaws.com.cn', 'iot.example.com', '127.0.0.1:9001',
];

function makeCase() {
  const at = Date.UTC(1990 + number(80), number(12), 1 + number(31), number(24), number(60), number(60));
  return {
    host: pick(HOSTS), region: pick(['eu-west-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1']), expires: 1 + number(604_800),
    date: new Date(at).toISOString().replace(/[-:]|\.000/g, ''), now: at,
    access_key: `${pick(['AKIA', 'ASIA'])}${letters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`, secret: letters(BASE64, 40),
    token: number(2) ? letters(RESERVED, 1 + number(300)) : null,
  };
}

function presign(cases) {
  const input = cases.map((one) => JSON.stringify({ ...one, endpoint: `wss://${one.host}/mqtt` })).join('\n');
  const script = fileURLToPath(new URL('../botocore/sign.py', import.meta.url));
  // Debian's own Python: the one that its package python3-botocore belongs to.
  const python = process.env.PYTHON || '/usr/bin/python3';
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 26 });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split('\n');
}

test(`${COUNT} URLs presigned by botocore are accepted, and refused with one character changed`, () => {
  const cases = Array.from({ length: COUNT }, makeCase);
  const queries = presign(cases);
  assert.equal(queries.length, COUNT);
  let changes = 0;
  for (const [i, { host, region, now, access_key, secret: secretAccessKey, token }] of cases.entries()) {
    const sessionToken = token ?? undefined;
    const verdict = (target, from = host) =>
      refusal({ url: target, host: from, keys: { [access_key]: { secretAccessKey, sessionToken } }, region, now });
    const target = `/mqtt?${queries[i]}`;
    assert.equal(verdict(target), null, target);
    // The path begins with a slash, which an HTTP request cannot leave out.
    for (let at = 1 + (i % STRIDE); at < target.length; at += STRIDE) {
      const other = `${target.slice(0, at)}${target[at] === 'x' ? 'y' : 'x'}${target.slice(at + 1)}`;
      assert.notEqual(verdict(other), null, other);
      changes += 1;
    }
    assert.notEqual(verdict(target, `${host.slice(0, -1)}x`), null, 'another host');
  }
  assert.ok(changes > 10 * COUNT);
});
