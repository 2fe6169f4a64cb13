// Signed WebSocket URLs as AWS IoT Core reads them, on aws4: an implementation that shares nothing with src/sigv4.
import { timingSafeEqual } from 'node:crypto';
import aws4 from 'aws4';

export const SERVICE = 'iotdevicegateway';
// How far the date of a URL may be from the clock, in milliseconds.
const SKEW = 5 * 60 * 1000;
const REQUIRED = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Signature', 'X-Amz-SignedHeaders'];
const OPTIONAL = ['X-Amz-Expires', 'X-Amz-Security-Token'];

/** `YYYYMMDDTHHMMSSZ` of a Date. */
export const basicDate = (date) => date.toISOString().replace(/[-:]|\.\d{3}/g, '');

/** Milliseconds since 1970 of `YYYYMMDDTHHMMSSZ`; NaN for anything else. */
const readDate = (text) =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z') + (/^\d{8}T\d{6}Z$/.test(text) ? '' : '!'));

function signature({ host, path, region, service, date, expires, accessKeyId, secretAccessKey }) {
  const query = new URLSearchParams({ 'X-Amz-Date': date, ...(expires === undefined ? {} : { 'X-Amz-Expires': expires }) });
  const request = { host, path: `${path}?${query}`, headers: { Host: host }, region, service, signQuery: true };
  return new URL(aws4.sign(request, { accessKeyId, secretAccessKey }).path, 'https://unused.invalid').searchParams;
}

/** The signed URL that a client would open. Every part can be made wrong on purpose. */
export function signUrl({
  host, path = '/mqtt', region = 'eu-west-1', service = SERVICE, date = basicDate(new Date()), expires,
  accessKeyId, secretAccessKey, sessionToken, scheme = 'wss',
}) {
  const query = signature({ host, path, region, service, date, expires, accessKeyId, secretAccessKey });
  if (sessionToken !== undefined) query.append('X-Amz-Security-Token', sessionToken);
  return `${scheme}://${host}${path}?${query}`;
}

/** The access key ID that a URL names, or the empty text. */
export const accessKeyOf = (url) =>
  (new URL(url, 'https://unused.invalid').searchParams.get('X-Amz-Credential') ?? '').split('/')[0];

/**
 * Why the URL of an upgrade is refused, in one word for the log; null when it is good.
 * `keys` maps an access key ID to {secretAccessKey, sessionToken?, expires?}; `expires` and `now` are in milliseconds since 1970.
 */
export function refusal({ url, host, keys, region, now }) {
  const { pathname: path, searchParams: query } = new URL(url, 'https://unused.invalid');
  const names = [...query.keys()];
  if (new Set(names).size !== names.length || REQUIRED.some((name) => !query.has(name))) return 'parameters';
  if (names.some((name) => !REQUIRED.includes(name) && !OPTIONAL.includes(name))) return 'parameters';
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || query.get('X-Amz-SignedHeaders') !== 'host') return 'parameters';

  const date = query.get('X-Amz-Date');
  const [accessKeyId, day, givenRegion, service, end, ...rest] = query.get('X-Amz-Credential').split('/');
  if (!Object.hasOwn(keys, accessKeyId)) return 'key';
  const { secretAccessKey, sessionToken, expires: lifeEnds } = keys[accessKeyId];
  if (day !== date.slice(0, 8) || end !== 'aws4_request' || rest.length > 0) return 'scope';
  if (givenRegion !== region) return 'region';
  if (service !== SERVICE) return 'service';

  const expires = query.get('X-Amz-Expires') ?? undefined;
  if (!(Math.abs(now - readDate(date)) <= SKEW)) return 'date';
  if (expires !== undefined && !(/^\d{1,6}$/.test(expires) && now <= readDate(date) + Number(expires) * 1000)) return 'expired';

  const given = Buffer.from(query.get('X-Amz-Signature'));
  const due = Buffer.from(
    signature({ host, path, region, service, date, expires, accessKeyId, secretAccessKey }).get('X-Amz-Signature'),
  );
  if (given.length !== due.length || !timingSafeEqual(given, due)) return 'signature';
  if ((query.get('X-Amz-Security-Token') ?? undefined) !== sessionToken) return 'token';
  if (lifeEnds !== undefined && now >= lifeEnds) return 'credentials expired';
  return null;
}
