// Stands for a custom authorizer behind AWS IoT Core (Developer Guide, "Custom authentication and authorization"): parameters
// in the query of the upgrade or behind the user name of CONNECT, a signed token, and a Lambda function that says yes or no.
//
// The function is asked at the handshake about what the query says, and at CONNECT about user name and password. That AWS asks
// at these two moments is inferred; what the function is given is documented.
import { generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';

const NAME = 'x-amz-customauthorizer-name', SIGNATURE = 'x-amz-customauthorizer-signature';

/** A key pair for tokens: {publicKey, sign(token)}; a signature is base64, as `openssl dgst -sha256 -sign | base64` writes it. */
export function makeTokenKey() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { publicKey, sign: (token) => sign('sha256', Buffer.from(token), privateKey).toString('base64') };
}

export class Authorizer {
  /** What the function was asked: events as Lambda gets them, in order. */
  asked = [];
  #settings;

  /**
   * {name, isDefault?, tokenKeyName?, publicKey?, tokens?, users?, principalId, disconnectAfterInSeconds?}. Without `publicKey`
   * signing is disabled. `tokens` are those that the function accepts, `users` maps user names to passwords; without either
   * list the function does not look at it.
   */
  constructor(settings) { this.#settings = { name: 'lab', tokenKeyName: 'token', principalId: 'lab-principal', ...settings }; }

  /** Of a handshake: {admission} or {reason}. */
  judge({ query, headers, serverName }) {
    const names = [...query.keys()];
    if (new Set(names).size !== names.length) return { reason: 'parameters' };
    const { principalId: principal, disconnectAfterInSeconds: seconds } = this.#settings;
    const id = randomUUID();
    const http = { headers: { ...headers }, queryString: `?${query}` };
    const atConnect = (packet) => this.#atConnect(packet, { id, serverName, http, query });
    // Without parameters here they must come with CONNECT.
    const reason = names.length === 0 ? null : this.#refusal(query, { id, protocols: ['tls', 'http'], serverName, http });
    return reason === null ? { admission: { principal, seconds, atConnect } } : { reason };
  }

  #atConnect({ username = '', password = Buffer.alloc(0), clientId }, { id, serverName, http, query }) {
    const [user, parameters] = username.split(/\?(.*)/s);
    const given = parameters === undefined ? query : new URLSearchParams(parameters);
    const mqtt = { username: user, password: password.toString('base64'), clientId };
    const asked = { id, protocols: ['tls', 'http', 'mqtt'], serverName, http, mqtt };
    const reason = this.#refusal(given, asked);
    const { users } = this.#settings;
    if (reason !== null || users === undefined) return reason;
    return Object.hasOwn(users, user) && users[user] === password.toString() ? null : 'user';
  }

  #refusal(parameters, { id, protocols, serverName, http, mqtt }) {
    const { name, isDefault, tokenKeyName, publicKey, tokens } = this.#settings;
    const known = [NAME, SIGNATURE, tokenKeyName];
    if ([...parameters.keys()].some((one) => !known.includes(one))) return 'parameters';
    if (!(parameters.has(NAME) ? parameters.get(NAME) === name : isDefault)) return 'authorizer';
    const token = parameters.get(tokenKeyName);
    const signatureVerified = publicKey !== undefined && token !== null
      && verify('sha256', Buffer.from(token), publicKey, Buffer.from(parameters.get(SIGNATURE) ?? '', 'base64'));
    if (publicKey !== undefined && !signatureVerified) return 'token signature';
    this.asked.push({
      ...(token === null ? {} : { token }), signatureVerified, protocols,
      protocolData: { tls: { serverName }, http, ...(mqtt === undefined ? {} : { mqtt }) }, connectionMetadata: { id },
    });
    return tokens === undefined || tokens.includes(token) ? null : 'token';
  }
}
