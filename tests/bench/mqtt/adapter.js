// Puts what receives in Live beside the peers of the bench: a worker with the sockets, the hand-over, the page's log.
import init, { Log } from './mqtt.js';

await init();
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
await new Promise((ready) => { worker.onmessage = ready; });
worker.postMessage('limits');

const log = new Log();
const sessions = [];
const waiting = new Map();
const until = (session, what) => new Promise((came) => { waiting.set(`${session} ${what}`, came); });
const message = (session, topic, payload) => sessions[session].onMessage(topic, payload);
const state = (session, what) => { waiting.get(`${session} ${what}`)?.(); };
worker.onmessage = ({ data }) => log.take(data, message, state);

/** Speaks 3.1.1, as most of the peers do by default, or 5. */
const peer = (version) => () => ({
  async open(url, id, onMessage) {
    const session = sessions.push({ id, onMessage }) - 1;
    worker.postMessage(`way ${url}`);
    worker.postMessage(['plan', version, ...sessions.map((one) => one.id)].join(' '));
    const connected = until(session, 'connected');
    worker.postMessage(`connect ${session}`);
    await connected;
    return {
      async subscribe(topic) {
        const subscribed = until(session, 'subscribed');
        worker.postMessage(`subscribe ${session} ${topic}`);
        await subscribed;
      },
      publish() { throw new Error('the bench of Live receives only'); },
      async end() { worker.postMessage(`disconnect ${session}`); },
    };
  },
});
window.mqttPeers.app = peer('3.1.1');
window.mqttPeers.app5 = peer('5');
