// A static file server for dist/: right media types, nothing cached, nothing outside the folder.
// From the command line: `node tests/serve.mjs FOLDER PORT` serves, `node tests/serve.mjs PORT` says whether the port is free.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.png': 'image/png',
};

/** Nothing is cached: what is served is what was built last. */
const PLAIN = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/**
 * Serves `folder` below `prefix` ("/" or "/lab/") on 127.0.0.1; port 0 takes a free one. With `asHosted` as a host does that
 * reads the folder's `_headers`, and compressed; `more` are headers for every file.
 */
export async function serve(folder, port = 0, prefix = '/', { asHosted = false, more = {} } = {}) {
  const server = createServer(async (request, response) => {
    try {
      const path = inside(request);
      const file = await readFile(join(folder, path));
      const packed = asHosted && /\bbr\b/.test(request.headers['accept-encoding']);
      const body = packed ? compress(file) : file;
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        ...(asHosted ? await hosted(path) : PLAIN),
        ...(packed ? { 'content-encoding': 'br' } : {}),
        ...more,
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404).end();
    }
  });
  const packs = new Map();
  /** With brotli, once for each content; not at its slowest. */
  const compress = (file) => {
    const key = createHash('sha256').update(file).digest('hex');
    if (!packs.has(key)) packs.set(key, brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
    return packs.get(key);
  };
  /** What `_headers` says of a file: of several rules that fit all count. */
  const hosted = async (path) => {
    const headers = {};
    let fits = false;
    for (const line of (await readFile(join(folder, '_headers'), 'utf8')).split('\n')) {
      const [, name, value] = /^ +([\w-]+): (.*)$/.exec(line) ?? [];
      if (name === undefined) fits = line === '/*' || line === `/${path}` || (line === '/' && path === 'index.html');
      else if (fits) headers[name.toLowerCase()] = value;
    }
    return headers;
  };
  /** The path below `folder` that is asked for. Throws where there is none, as for an encoding that is broken. */
  const inside = ({ method, url }) => {
    const asked = decodeURIComponent(url.split('?')[0]);
    const path = normalize(asked.slice(prefix.length) || 'index.html');
    const outside = !asked.startsWith(prefix) || path.startsWith('..') || path.startsWith(sep);
    if (outside || !['GET', 'HEAD'].includes(method)) throw new Error('nothing here');
    return path;
  };
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}${prefix}`, close };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const port = process.argv.at(-1);
  const folder = process.argv.length > 3 ? process.argv[2] : null;
  try {
    const { url, close } = await serve(folder ?? '.', Number(port));
    if (folder === null) await close();
    else console.log(`IoT Policy Lab is on ${url} (Ctrl+C stops it)`);
  } catch (error) {
    console.error(error.code === 'EADDRINUSE' ? `Port ${port} is taken; try another: make serve PORT=8090` : error.message);
    process.exit(1);
  }
}
