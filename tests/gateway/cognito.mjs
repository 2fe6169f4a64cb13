// Stands for Amazon Cognito's identity pools: GetId and GetCredentialsForIdentity, by AWS JSON 1.1 over HTTPS.
//
// Members, names of errors and formats are those of the API reference ("Amazon Cognito Federated Identities"). Inferred are the
// texts of the errors, and the CORS headers: browsers do use the service from every origin, no page says with which headers.
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { makeCertificate } from './certificate.mjs';
import { REGION } from './gateway.mjs';

export const cognitoHost = (region = REGION) => `cognito-identity.${region}.amazonaws.com`;
/** A pool that lets everybody in, and one that wants a login. */
export const OPEN_POOL = `${REGION}:11111111-1111-4111-8111-111111111111`;
export const CLOSED_POOL = `${REGION}:22222222-2222-4222-8222-222222222222`;
/** The user pool that both know, and a token of it. */
export const PROVIDER = `cognito-idp.${REGION}.amazonaws.com/${REGION.replaceAll('-', '_')}_EXAMPLE`;
export const LOGIN_TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJsYWIifQ.ZXhhbXBsZQ';

const JSON_1_1 = 'application/x-amz-json-1.1';
const TARGET = 'AWSCognitoIdentityService.';
const MAX_BODY = 64 * 1024;
const STATUS = { InternalErrorException: 500 };

/** An answer that is an error: its type as in `__type`. */
class Refusal extends Error {
  constructor(type, message) { super(message); this.type = type; }
}

const checked = (value, name, pattern) => {
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw new Refusal('InvalidParameterException', `Value at '${name}' failed to satisfy constraint: ${pattern.source}`);
  }
  return value;
};
const ID = /^[\w-]+:[0-9a-f-]+$/;

/**
 * {port, spki, cert, host, log, lifetime, fail(...types), reset(), close()}. `log` has one entry a request: {operation, headers,
 * body} of what was taken, {refused} of what no client of Cognito sends. `fail` gives the next requests these errors, in order;
 * 'outage' is an answer without a body and without CORS headers, as a broken front sends it.
 *
 * `issued(accessKeyId, {secretAccessKey, sessionToken, expires})` hears of keys that are given out, so that a gateway can know
 * them; they live for `lifetime` milliseconds. `now` gives milliseconds since 1970.
 * `pools`: pool ID -> {unauthenticated, logins: {provider: [tokens]}}.
 */
export async function startCognito({ issued = () => {}, region = REGION, now = Date.now, pools = {
  [OPEN_POOL]: { unauthenticated: true, logins: { [PROVIDER]: [LOGIN_TOKEN] } },
  [CLOSED_POOL]: { unauthenticated: false, logins: { [PROVIDER]: [LOGIN_TOKEN] } },
} }) {
  const host = cognitoHost(region);
  const { key, cert, spki } = await makeCertificate(host);
  const cognito = { host, spki, cert };
  const identities = new Map();
  let failures;
  cognito.fail = (...types) => { failures = types; };
  cognito.reset = () => {
    Object.assign(cognito, { log: [], lifetime: 3_600_000 });
    cognito.fail();
  };
  cognito.reset();

  /** The one login, checked; null when there is none. */
  const login = (pool, logins) => {
    const given = Object.entries(logins ?? {});
    if (given.length === 0) return null;
    const [[provider, token]] = given;
    if (pool.logins[provider] === undefined) {
      throw new Refusal('NotAuthorizedException', 'Token is not from a supported provider of this identity pool.');
    }
    if (!pool.logins[provider].includes(token)) throw new Refusal('NotAuthorizedException', 'Invalid login token.');
    return `${provider} ${token}`;
  };

  const operations = {
    GetId({ IdentityPoolId, Logins }) {
      const pool = pools[checked(IdentityPoolId, 'identityPoolId', ID)];
      if (pool === undefined) throw new Refusal('ResourceNotFoundException', `IdentityPool '${IdentityPoolId}' not found.`);
      const who = login(pool, Logins);
      if (who === null && !pool.unauthenticated) {
        throw new Refusal('NotAuthorizedException', 'Unauthenticated access is not supported for this identity pool.');
      }
      // Who logs in again is the same again; who does not is somebody new.
      const known = [...identities].find(([, identity]) => who !== null && identity.pool === pool && identity.who === who);
      const id = known?.[0] ?? `${region}:${randomUUID()}`;
      identities.set(id, { pool, who });
      return JSON.stringify({ IdentityId: id });
    },

    GetCredentialsForIdentity({ IdentityId, Logins }) {
      const identity = identities.get(checked(IdentityId, 'identityId', ID));
      if (identity === undefined) throw new Refusal('ResourceNotFoundException', `Identity '${IdentityId}' not found.`);
      if (login(identity.pool, Logins) !== identity.who) {
        throw new Refusal('NotAuthorizedException', `Access to Identity '${IdentityId}' is forbidden.`);
      }
      const accessKeyId = `ASIA${randomBytes(8).toString('hex').toUpperCase()}`;
      const key = {
        secretAccessKey: randomBytes(30).toString('base64'), sessionToken: randomBytes(300).toString('base64'),
        expires: now() + cognito.lifetime,
      };
      issued(accessKeyId, key);
      const credentials = JSON.stringify({ AccessKeyId: accessKeyId, SecretKey: key.secretAccessKey, SessionToken: key.sessionToken });
      // Seconds, as the service writes them: 1.795390496E9.
      const expiration = (key.expires / 1000).toExponential().replace('e+', 'E');
      return `{"Credentials":${credentials.slice(0, -1)},"Expiration":${expiration}},"IdentityId":${JSON.stringify(IdentityId)}}`;
    },
  };

  const answer = (request, body) => {
    const { method, url, headers } = request;
    const operation = headers['x-amz-target']?.startsWith(TARGET) ? headers['x-amz-target'].slice(TARGET.length) : undefined;
    // A signature or a cookie has no business here; a body of another kind a browser would send without asking.
    const [odd] = Object.entries({
      host: headers.host !== host,
      path: method !== 'POST' || url !== '/',
      'content type': headers['content-type'] !== JSON_1_1,
      credentials: headers.authorization !== undefined || headers.cookie !== undefined,
      operation: !Object.hasOwn(operations, operation ?? ''),
    }).find(([, wrong]) => wrong) ?? [];
    if (odd !== undefined) {
      cognito.log.push({ refused: odd });
      throw new Refusal(odd === 'operation' ? 'UnknownOperationException' : 'SerializationException', odd);
    }
    let parsed;
    try { parsed = JSON.parse(body); } catch { throw new Refusal('SerializationException', 'not JSON'); }
    if (parsed === null || typeof parsed !== 'object') throw new Refusal('SerializationException', 'not an object');
    cognito.log.push({ operation, headers, body: parsed });
    const failure = failures.shift();
    if (failure !== undefined) throw new Refusal(failure, `${failure} as told to`);
    return operations[operation](parsed);
  };

  const server = createServer({ key, cert }, async (request, response) => {
    const cors = { 'access-control-allow-origin': '*' };
    if (request.method === 'OPTIONS') {
      if (failures[0] === 'outage') { failures.shift(); response.writeHead(503).end(); return; }
      response.writeHead(200, {
        ...cors, 'access-control-allow-methods': 'POST', 'access-control-max-age': '172800',
        'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '',
      }).end();
      return;
    }
    let body = '';
    for await (const chunk of request) if (body.length < MAX_BODY) body += chunk;
    const headers = {
      ...cors, 'access-control-expose-headers': 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date',
      'content-type': JSON_1_1, 'x-amzn-requestid': randomUUID(),
    };
    try {
      const text = answer(request, body);
      response.writeHead(200, headers).end(text);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.type === 'outage') { response.writeHead(503).end(); return; }
      response.writeHead(STATUS[error.type] ?? 400, { ...headers, 'x-amzn-errortype': `${error.type}:` })
        .end(JSON.stringify({ __type: error.type, message: error.message }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cognito.port = server.address().port;
  cognito.close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return cognito;
}
