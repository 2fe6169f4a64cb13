// A Chromium of its own, without Playwright's hands on it. Playwright tells every page that it has the focus, so that none is
// ever hidden, throttled or frozen; what is bound to its session ends with the session.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from '@playwright/test';
import WebSocket from 'ws';

// How long the browser may take to start, in milliseconds.
const PATIENCE = 30_000;
// What stands in the tab in front.
const IN_FRONT = 'about:blank#in-front';

/**
 * Starts the browser that `launchOptions` names, with its arguments and `more`: {drive(work), newTab(), attach(url), close()}.
 * `drive` lends the first tab as a Playwright page, which is given back when `work` ends; `newTab` opens an empty tab in front of it; `attach`
 * speaks to the tab with this URL and does nothing by itself.
 */
export async function startChromium({ executablePath, args }, more = []) {
  const folder = await mkdtemp(join(tmpdir(), 'policylab-chromium-'));
  const flags = [...args, ...more, `--user-data-dir=${folder}`, '--remote-debugging-port=0'];
  const browser = spawn(executablePath, [...flags, 'about:blank'], { stdio: 'ignore' });
  const gone = once(browser, 'exit');
  const close = async () => {
    browser.kill();
    await gone;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  let origin;
  for (const deadline = Date.now() + PATIENCE; origin === undefined;) {
    const [port] = (await readFile(join(folder, 'DevToolsActivePort'), 'utf8').catch(() => '')).split('\n');
    if (port) origin = `http://127.0.0.1:${port}`;
    else if (Date.now() > deadline || browser.exitCode !== null) { await close(); throw new Error('Chromium does not start'); }
    else await pause(50);
  }

  const drive = async (work) => {
    const lent = await chromium.connectOverCDP(origin);
    const pages = lent.contexts()[0].pages();
    try { return await work(pages.find((page) => page.url() !== IN_FRONT) ?? pages[0]); } finally { await lent.close(); }
  };
  const newTab = async () => { await fetch(`${origin}/json/new?${encodeURIComponent(IN_FRONT)}`, { method: 'PUT' }); };
  const attach = async (url) => {
    const tabs = await (await fetch(`${origin}/json/list`)).json();
    return Tab.open(tabs.find((tab) => tab.type === 'page' && tab.url.startsWith(url)));
  };
  return { drive, newTab, attach, close };
}

/** One tab, spoken to in the DevTools protocol. */
class Tab {
  #socket; #waiting = new Map(); #last = 0;

  static async open({ webSocketDebuggerUrl }) {
    const tab = new Tab();
    tab.#socket = new WebSocket(webSocketDebuggerUrl, { perMessageDeflate: false });
    tab.#socket.on('message', (data) => {
      const { id, result, error } = JSON.parse(data);
      const waiting = tab.#waiting.get(id);
      tab.#waiting.delete(id);
      if (error) waiting?.reject(new Error(error.message));
      else waiting?.resolve(result);
    });
    await once(tab.#socket, 'open');
    return tab;
  }

  send(method, params = {}) {
    this.#last += 1;
    this.#socket.send(JSON.stringify({ id: this.#last, method, params }));
    return new Promise((resolve, reject) => this.#waiting.set(this.#last, { resolve, reject }));
  }

  /** What a function of the page's world returns; its text is sent, so it knows nothing of here. */
  async evaluate(work) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', { expression: `(${work})()`, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  close() { this.#socket.close(); }
}
