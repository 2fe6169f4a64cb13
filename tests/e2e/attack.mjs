// Can a script reach a host? A host that notes whoever comes, and a script that tries every way there.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

/**
 * {host, port, connections, paths, reset(), close()}: answers everybody from everywhere, over HTTP and WebSocket, on a free
 * loopback port. `connections` counts TCP connections, those that never say a word as well; `paths` are what was asked for.
 */
export async function startStranger() {
  const stranger = { reset: () => Object.assign(stranger, { connections: 0, paths: [] }) };
  stranger.reset();
  const server = createServer(({ url }, response) => {
    stranger.paths.push(url);
    const type = url === '/EventSource' ? 'text/event-stream' : 'text/javascript';
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': type }).end('\n');
  });
  server.on('connection', () => { stranger.connections += 1; });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'mqtt' });
  sockets.on('connection', (_, { url }) => stranger.paths.push(url));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stranger.port = server.address().port;
  stranger.host = `127.0.0.1:${stranger.port}`;
  stranger.close = async () => {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return stranger;
}

/** Source text, for a page or a worker: the promise of what `attack` finds. `path` leads to a `probeWorker` on the page's server. */
export const attackOn = (host, path) => `(${attack})(${probe}, ${JSON.stringify({ host, path })})`;
/** Source text of a worker that tries to reach `host` and posts how it went. */
export const probeWorker = (host) => `(${probe})(${JSON.stringify(host)}).then((answers) => postMessage(answers));`;

/**
 * Tries each way to `host`, one after the other. Each says 'reached', or the directive of the violation that stopped it,
 * or 'failed' where neither happened. A beacon says yes to whatever it is given: 'sent', and the host knows.
 */
async function probe(host) {
  const patience = (answer) => new Promise((resolve) => { setTimeout(resolve, 2000, answer); });
  const stopped = new Map();
  addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
    stopped.get(blockedURI.replace(/^\w+:\/\//, ''))?.(effectiveDirective);
  }, true);
  const event = (target, good, bad) => new Promise((resolve, reject) => {
    target.addEventListener(good, () => resolve(target));
    target.addEventListener(bad, reject);
  });
  const ways = {
    WebSocket: async () => (await event(new WebSocket(`ws://${host}/WebSocket`, 'mqtt'), 'open', 'error')).close(),
    EventSource: async () => (await event(new EventSource(`http://${host}/EventSource`), 'open', 'error')).close(),
    fetch: () => fetch(`http://${host}/fetch`),
    import: () => import(`http://${host}/import`),
    XMLHttpRequest: () => {
      const request = new XMLHttpRequest();
      request.open('GET', `http://${host}/XMLHttpRequest`);
      request.send();
      return event(request, 'load', 'error');
    },
  };
  if (globalThis.document) {
    ways.sendBeacon = () => (navigator.sendBeacon(`http://${host}/sendBeacon`) ? patience('sent') : Promise.reject());
    ways.image = () => {
      const image = new Image();
      image.src = `http://${host}/image`;
      // It is no image: an error, whether the host was asked or not.
      return event(image, 'load', 'error').catch(() => patience('sent'));
    };
  }
  const answers = {};
  for (const [way, go] of Object.entries(ways)) {
    const violation = new Promise((resolve) => { stopped.set(`${host}/${way}`, resolve); });
    const outcome = (async () => go())().then((it) => (it === 'sent' ? it : 'reached'), () => patience('failed'));
    answers[way] = await Promise.race([violation, outcome]);
  }
  return answers;
}

/**
 * Tries to reach `host` from here, then from every worker that can be made here: from a blob, and from the page's own server at
 * `path`; with no Trusted Types policy, with one made here under the page's name, and in a
 * page with one made in a frame, which is a realm of its own. What cannot be made says why: the exception, or 'not started'.
 */
async function attack(probe, { host, path }) {
  const workerUrl = new URL(path, globalThis.origin).href;
  const source = `(${probe})(${JSON.stringify(host)}).then((answers) => postMessage(answers));`;
  const blob = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const answers = { here: await probe(host) };
  const run = async (name, make) => {
    try {
      const worker = make();
      answers[name] = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = () => resolve('not started');
      });
    } catch (error) { answers[name] = error.name; }
  };
  const forge = ({ trustedTypes }) => trustedTypes.createPolicy('iot-policy-lab', { createScriptURL: (url) => url });

  await run('blob worker', () => new Worker(blob));
  await run('URL worker', () => new Worker(workerUrl));
  let forged;
  await run('blob worker, forged policy', () => new Worker((forged = forge(globalThis)).createScriptURL(blob)));
  if (forged) await run('URL worker, forged policy', () => new Worker(forged.createScriptURL(workerUrl)));
  if (globalThis.document) {
    try { answers['shared worker'] = new SharedWorker(workerUrl) && 'made'; } catch ({ name }) { answers['shared worker'] = name; }
    answers['service worker'] = await navigator.serviceWorker.register(workerUrl)
      .then((worker) => worker.unregister()).then(() => 'made', ({ name }) => name);
    // A busy browser sometimes lets such a worker go before it runs: an intruder would try again.
    for (let attempt = 0; attempt < 5; attempt++) {
      const frame = document.createElement('iframe');
      document.documentElement.append(frame);
      const realm = frame.contentWindow;
      const inFrame = forge(realm);
      await run('blob worker of a frame', () => new realm.Worker(inFrame.createScriptURL(blob)));
      await run('URL worker of a frame', () => new realm.Worker(inFrame.createScriptURL(workerUrl)));
      frame.remove();
      if (answers['blob worker of a frame'] !== 'not started') break;
    }
  }
  return answers;
}
