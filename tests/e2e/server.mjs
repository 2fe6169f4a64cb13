// Serves a folder the way a static host under a sub-path does: files and nothing else.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
};

/** {url, port, close()}: `url` ends with the sub-path. A folder means its index.html. */
export async function startServer({ root, path = '/lab/' }) {
  const server = createServer(async (request, response) => {
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { 'Cache-Control': 'no-cache', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    };
    if (!['GET', 'HEAD'].includes(request.method)) { answer(405, ''); return; }
    try {
      const asked = decodeURIComponent(request.url.split('?')[0]);
      if (`${asked}/` === path) { answer(301, '', { Location: path }); return; }
      if (!asked.startsWith(path)) { answer(404, ''); return; }
      // An absolute path has nothing above its root to climb to.
      const file = normalize(`/${asked.slice(path.length)}`);
      const name = file.endsWith('/') ? `${file}index.html` : file;
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      answer(200, await readFile(join(root, name)), { 'Content-Type': type });
    } catch (error) {
      answer(error instanceof URIError ? 400 : 404, '');
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}${path}`,
    port,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
