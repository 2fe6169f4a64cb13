// Puts what receives in Live beside the peers of the bench: a worker with the sockets, the hand-over, the page's log.

const sessions = [];
const waiting = new Map();
const until = (session, what) => new Promise((came) => { waiting.set(`${session} ${what}`, came); });

async function start() {
  // Not imported statically: the bench does not wait for modules.
  const { default: init, Log } = await import('./mqtt.js');
  await init();
  const log = new Log();
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  await new Promise((ready) => { worker.onmessage = ready; });
  const message = (session, topic, payload) => sessions[session].onMessage(topic, payload);
  const state = (session, what) => { waiting.get(`${session} ${what}`)?.(); };
  worker.onmessage = ({ data }) => log.take(data, message, state);
  worker.postMessage('limits');
  return worker;
}

const started = start();

window.mqttPeers.app = () => ({
  async open(url, id, onMessage) {
    const worker = await started;
    const session = sessions.push({ id, onMessage }) - 1;
    worker.postMessage(`way ${url}`);
    worker.postMessage(['plan', '3.1.1', ...sessions.map((one) => one.id)].join(' '));
    const connected = until(session, 'connected');
    worker.postMessage(`connect ${session}`);
    await connected;
    return {
      async subscribe(topic) {
        const subscribed = until(session, 'subscribed');
        worker.postMessage(`subscribe ${session} ${topic}`);
        await subscribed;
      },
      publish() { throw new Error('this receives only'); },
      async end() { worker.postMessage(`disconnect ${session}`); },
    };
  },
});
