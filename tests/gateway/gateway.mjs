// Stands for AWS IoT Core in front of a real broker: handshakes and who may come in. What a session does is in session.mjs.
import { once } from 'node:events';
import { createServer } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { makeCertificate } from './certificate.mjs';
import { Log } from './log.mjs';
import { Presence, principalOfKey } from './presence.mjs';
import { Rate } from './rules.mjs';
import { Session } from './session.mjs';
import { accessKeyOf, refusal } from './signature.mjs';

export const HOST = 'example-ats.iot.eu-west-1.amazonaws.com';
export const REGION = 'eu-west-1';
/** The keys that the gateway knows unless it is given others: a long-lived one and a temporary one. */
export const KEYS = {
  AKIAIOSFODNN7EXAMPLE: { secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  ASIAIOSFODNN7EXAMPLE: {
    secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY',
    sessionToken: 'AQoDYXdzEPT//////////wEXAMPLE+token/with=chars',
  },
};

// The most that one client may send in one WebSocket message, in bytes; less than that is for the session to judge.
const MAX_MESSAGE = 1024 * 1024;

/**
 * Starts a gateway in front of the broker at `brokerPort`. `now` gives milliseconds since 1970.
 *
 * To be read: port, spki, cert, log, clients (all open sockets), sessions (client ID -> session, see session.mjs for what can
 * be done to one). To be assigned at any time:
 * - rules: {connect, publish, retain, subscribe, receive}, see rules.mjs;
 * - faults: {delay (ms each way), bytesPerSecond, loseSuback, doublePuback, maxAge (ms)} of all sessions;
 * - limits: {connectsPerSecond (of one client ID), publishesPerSecond (of one session)}. AWS has 1 and 100, here is none;
 * - skew: how far the gateway's clock is ahead, in milliseconds: a client's clock that is off, seen from here;
 * - keys: access key ID -> {secretAccessKey, sessionToken?, expires? (ms since 1970)};
 * - authorizer: see authorizer.mjs; for handshakes without a signature.
 * hold() lets handshakes wait until the function that it returns is called; refuse(count) answers the next ones 403, however
 * good they are; reset() forgets all that was assigned, empties the log and cuts all sockets.
 */
export async function startGateway({ brokerPort, keys = KEYS, rules = {}, host = HOST, region = REGION, now = Date.now }) {
  const { key, cert, spki } = await makeCertificate(host);
  const sockets = new WebSocketServer({
    noServer: true, perMessageDeflate: false, maxPayload: MAX_MESSAGE, handleProtocols: () => 'mqtt',
  });
  const sessions = new Map();
  // What clients had subscribed when they left: the broker says at their next CONNECT whether it still holds.
  const kept = new Map();
  const clock = () => now() + gateway.skew;
  const gateway = {
    brokerPort, host, region, rules, spki, cert, sessions, kept, clients: sockets.clients, log: new Log(),
    presence: new Presence(sessions, clock), faults: {}, limits: {}, skew: 0, keys: { ...keys },
    connects: new Rate(), publishes: new Rate(),
  };
  let held = Promise.resolve();
  let refusing = 0;
  gateway.hold = () => {
    let release;
    held = new Promise((resolve) => { release = resolve; });
    return release;
  };
  gateway.refuse = (count) => { refusing = count; };
  gateway.reset = () => {
    Object.assign(gateway, { rules: {}, faults: {}, limits: {}, skew: 0, keys: { ...keys }, authorizer: undefined });
    Object.assign(gateway, { connects: new Rate(), publishes: new Rate() });
    gateway.log.length = 0;
    kept.clear();
    refusing = 0;
    for (const client of sockets.clients) client.terminate();
  };

  /** {admission} when the handshake is good, otherwise {status, reason}. */
  const judge = ({ url, headers }) => {
    const { pathname, searchParams: query } = new URL(url, 'https://unused.invalid');
    if (pathname !== '/mqtt') return { status: '404 Not Found', reason: 'path' };
    if (refusing > 0) { refusing -= 1; return { status: '403 Forbidden', reason: 'told to' }; }
    const signed = gateway.authorizer === undefined || [...query.keys()].some((name) => name.startsWith('X-Amz-'));
    const { reason, admission } = signed
      ? {
        reason: refusal({ url, host: headers.host, keys: gateway.keys, region, now: clock() }),
        admission: { principal: principalOfKey(accessKeyOf(url)) },
      }
      : gateway.authorizer.judge({ query, headers, serverName: host });
    if (reason) return { status: '403 Forbidden', reason };
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    return offered.includes('mqtt') ? { admission } : { status: '400 Bad Request', reason: 'subprotocol' };
  };

  const server = createServer({ key, cert }, (_, response) => response.writeHead(404).end('nothing here'));
  const connections = new Set();
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  server.on('upgrade', async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    await held;
    if (gateway.faults.delay > 0) await pause(2 * gateway.faults.delay);
    const { admission, status, reason } = judge(request);
    if (status) {
      gateway.log.add({ event: 'upgrade refused', status, reason });
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      gateway.log.add({ event: 'upgraded' });
      new Session(gateway, client, { admission, address: request.socket.remoteAddress });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gateway.port = server.address().port;
  gateway.close = async () => {
    server.close();
    for (const socket of connections) socket.destroy();
    await once(server, 'close');
  };
  return gateway;
}
