// What every end-to-end test gets: the served page, a stand-in for AWS, and a watch that fails the test on any trouble
// that it did not announce.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from '@playwright/test';
import { startCognito } from '../gateway/cognito.mjs';
import { HOST, KEYS, startGateway } from '../gateway/gateway.mjs';
import { startMosquitto } from '../gateway/mosquitto.mjs';
import { signUrl } from '../gateway/signature.mjs';
import { serve } from '../serve.mjs';

export { expect, HOST, KEYS };

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The six looks that a page must bear. tests/e2e/faults.mjs has them all seen in every state of every screen. */
export const LOOKS = [1280, 768, 360].flatMap((width) => ['light', 'dark'].map((colorScheme) => ({
  name: `${width} ${colorScheme}`,
  use: { viewport: { width, height: 800 }, colorScheme },
})));

/** What axe finds wrong in the page: rule, effect and place, one line each; by all rules or only by these. */
export async function axe(page, rules) {
  if (!await page.evaluate(() => 'axe' in globalThis)) await page.evaluate(AXE);
  // Off unless asked for: controls of at least 24 by 24 px, or with as much room around (WCAG 2.5.8).
  const which = rules ? { runOnly: { type: 'rule', values: rules } } : { rules: { 'target-size': { enabled: true } } };
  const options = { ...which, resultTypes: ['violations'], preload: false, iframes: false };
  const { violations } = await page.evaluate((options) => globalThis.axe.run(options), options);
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target }) => `${id} (${impact}) at ${target.join(' ')}`));
}

/** The editor's text, as the lines that it shows: all of them while the text is short. */
export const edited = (content) => content.evaluate((it) =>
  [...it.querySelectorAll('.cm-line')].map((line) => line.textContent).join('\n'));

/** Drops files on an element, as a pointer would. */
export const drop = async (target, files) => {
  const data = await target.page().evaluateHandle((given) => {
    const carried = new DataTransfer();
    for (const [name, text] of given) carried.items.add(new File([text], name));
    return carried;
  }, files);
  await target.dispatchEvent('dragover', { dataTransfer: data });
  await target.dispatchEvent('drop', { dataTransfer: data });
};

/** The worker of a page in Live, now or as soon as Playwright hears of it. */
export const workerOf = (page) => page.workers()[0] ?? page.waitForEvent('worker');

/** A URL that the gateway accepts, signed by aws4 with one of `KEYS`; parts can be made wrong on purpose. */
export const signedUrl = (parts = {}) => {
  const accessKeyId = parts.accessKeyId ?? 'AKIAIOSFODNN7EXAMPLE';
  return signUrl({ host: HOST, accessKeyId, ...KEYS[accessKeyId], ...parts });
};

/** Console errors, uncaught errors (a panic is one or the other) and policy violations in any page of a context. */
class Trouble {
  #seen = [];
  #announced = [];

  async watch(context) {
    context.on('console', (message) => {
      if (message.type() !== 'error') return;
      const fromWorker = message.text().startsWith('violation: ');
      this.#seen.push(fromWorker ? message.text() : `console: ${message.text()}`);
    });
    // Chromium writes nothing to the console when a policy stops a worker, and no script of ours runs before the
    // worker's own: what it tries in its first moments goes unseen.
    context.on('page', (page) => page.on('worker', (worker) => worker.evaluate(() => {
      addEventListener('securitypolicyviolation', (event) => console.error(`violation: ${event.effectiveDirective} ${event.blockedURI}`));
    }).catch(() => null)));
    context.on('weberror', (error) => this.#seen.push(`uncaught: ${error.error()}`));
    await context.exposeBinding('reportViolation', (_, text) => this.#seen.push(`violation: ${text}`));
    await context.addInitScript(() => {
      const report = globalThis.reportViolation;
      document.addEventListener('securitypolicyviolation', (event) => report(`${event.effectiveDirective} ${event.blockedURI}`), true);
    });
  }

  /** An error whose text matches is part of the test, before or after this call; it must come. */
  expectError(pattern) { this.#announced.push({ pattern, name: `an error like ${pattern}` }); }

  /** A violation of the directive is part of the test, before or after this call; it must come. */
  expectViolation(directive) {
    this.#announced.push({ pattern: new RegExp(`^violation: ${directive} `), name: `a violation of ${directive}` });
    // Chromium writes to the console as well, in several wordings.
    this.#announced.push({ pattern: /^console: .*(Content Security Policy|requires 'Trusted)/s, name: null });
  }

  /** What nobody announced. */
  unexpected() { return this.#seen.filter((text) => !this.#announced.some(({ pattern }) => pattern.test(text))); }

  /** What was announced and did not come. */
  missing() {
    return this.#announced
      .filter(({ pattern, name }) => name !== null && !this.#seen.some((text) => pattern.test(text)))
      .map(({ name }) => name);
  }
}

export const test = base.extend({
  /** The folder that is served under /lab/. */
  root: [fileURLToPath(new URL('../../dist', import.meta.url)), { scope: 'worker', option: true }],

  site: [async ({ root }, use) => {
    const server = await serve(root, 0, '/lab/');
    await use(server);
    await server.close();
  }, { scope: 'worker' }],

  mosquitto: [async ({}, use) => {
    const broker = await startMosquitto();
    await use(broker);
    await broker.close();
  }, { scope: 'worker' }],

  gateway: [async ({ mosquitto }, use) => {
    const gateway = await startGateway({ brokerPort: mosquitto.port });
    await use(gateway);
    await gateway.close();
  }, { scope: 'worker' }],

  /** Keys that it gives out are good at the gateway until the end of the test. */
  cognito: [async ({ gateway }, use) => {
    const cognito = await startCognito({ issued: (accessKeyId, key) => { gateway.keys[accessKeyId] = key; } });
    await use(cognito);
    await cognito.close();
  }, { scope: 'worker' }],

  // They stand where AWS would: the host names lead to them, and their certificates are the only ones accepted unseen.
  launchOptions: [async ({ launchOptions, gateway, cognito }, use) => {
    const standIns = [gateway, cognito];
    const args = [
      `--host-resolver-rules=${standIns.map(({ host, port }) => `MAP ${host} 127.0.0.1:${port}`).join(', ')}`,
      `--ignore-certificate-errors-spki-list=${standIns.map(({ spki }) => spki).join(',')}`,
    ];
    await use({ ...launchOptions, args: [...launchOptions.args, ...args] });
  }, { scope: 'worker' }],

  baseURL: async ({ site }, use) => use(site.url),

  // No test sees the rules, the faults, the sessions or the log of the one before.
  emptyGateway: [async ({ gateway, cognito }, use) => {
    gateway.reset();
    cognito.reset();
    await use();
    gateway.reset();
  }, { auto: true }],

  trouble: async ({}, use) => use(new Trouble()),

  context: async ({ context, trouble }, use) => {
    await trouble.watch(context);
    await use(context);
    // An answer from the page means that what it said before has arrived.
    await Promise.all(context.pages().map((page) => page.evaluate(() => null).catch(() => null)));
    expect.soft(trouble.unexpected(), 'trouble that the test did not announce').toEqual([]);
    expect.soft(trouble.missing(), 'announced, but it did not come').toEqual([]);
  },

  expectError: async ({ trouble }, use) => use((pattern) => trouble.expectError(pattern)),
  expectViolation: async ({ trouble }, use) => use((directive) => trouble.expectViolation(directive)),
});
