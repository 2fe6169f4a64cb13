// A tab that nobody looks at: its timers are throttled to one a minute, and its sessions stay up.
//
// Chromium does so with a loaded page that has been hidden for a minute (Chromium source, blink/renderer/platform/scheduler,
// features.h: `grace_period_seconds`, which can be set, is for pages that still load). `SOAK=1` then takes ten minutes more with
// a keep-alive of 30 s; otherwise it is one with 5 s.
import { setTimeout as pause } from 'node:timers/promises';
import { startChromium } from './chromium.mjs';
import { expect, test } from './lab.mjs';
import { connect, lock, more, plain, plan, session } from './live.mjs';

const [MINUTES, KEEP_ALIVE] = process.env.SOAK ? [10, 30] : [1, 5];
/** A timer of one second that has not ticked for so long is throttled, in milliseconds. */
const THROTTLED = 10_000;

test('a hidden tab keeps its session', async ({ site, mosquitto, launchOptions }) => {
  test.setTimeout(MINUTES * 60_000 + 180_000);
  const browser = await startChromium(launchOptions);
  try {
    await browser.drive(async (page) => {
      await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`, site.url);
      await plain(page);
      await plan(page, 0, { id: 'hidden-01' });
      await more(page, 'A', { keepAlive: KEEP_ALIVE });
      await connect(page, 'A');
    });
    const tab = await browser.attach(site.url);
    await tab.evaluate(() => {
      globalThis.ticks = [performance.now()];
      const tick = () => setTimeout(() => { globalThis.ticks.push(performance.now()); tick(); }, 1000);
      tick();
    });
    await browser.newTab();
    await expect.poll(() => tab.evaluate(() => document.hidden)).toBe(true);
    await expect.poll(() => tab.evaluate(() => performance.now() - globalThis.ticks.at(-1)), { timeout: 130_000 }).toBeGreaterThan(THROTTLED);
    const begin = await tab.evaluate(() => globalThis.ticks.length);
    const pings = watch(mosquitto, 'hidden-01');
    await pause(MINUTES * 60_000);

    const ticks = (await tab.evaluate(() => globalThis.ticks)).slice(begin - 1);
    console.log(`hidden and throttled for ${MINUTES} min: a timer of 1 s ticked ${ticks.length - 1} times, the longest gap ${longest(ticks)} ms`);
    expect(await tab.evaluate(() => document.hidden)).toBe(true);
    expect(ticks.length, 'the timers of the page are throttled').toBeLessThanOrEqual(2 * MINUTES + 2);
    expect(longest(ticks)).toBeGreaterThan(THROTTLED);

    const times = pings.end();
    console.log(`keep-alive ${KEEP_ALIVE} s: ${times.length} PINGREQ at the broker, the longest gap ${longest(times)} ms`);
    expect(times.length).toBeGreaterThanOrEqual(Math.floor(MINUTES * 60 / KEEP_ALIVE) - 1);
    expect(longest(times)).toBeLessThan(KEEP_ALIVE * 1500);
    expect(pings.closed()).toBe(false);

    await tab.send('Page.bringToFront');
    await expect.poll(() => tab.evaluate(() => document.hidden)).toBe(false);
    tab.close();
    await browser.drive(async (page) => {
      await expect(session(page, 'A')).toContainText('Connected as hidden-01');
      // The worker's watch rang in time, or the notice would still stand there.
      await expect(page.getByText('Nothing ran in this page')).toHaveCount(0);
      await expect.poll(() => page.getByRole('row').filter({ hasText: 'PINGRESP' }).count()).toBeGreaterThanOrEqual(times.length);
    });
  } finally {
    await browser.close();
  }
});

const longest = (times) => Math.round(Math.max(...times.slice(1).map((time, i) => time - times[i])));

/** What the broker writes of a client from now on: when PINGREQ came, and whether it was closed. */
function watch(mosquitto, clientId) {
  const times = [];
  let seen = mosquitto.output.length;
  let closed = false;
  const look = () => {
    const text = mosquitto.output.slice(seen).join('');
    seen = mosquitto.output.length;
    times.push(...Array.from(text.matchAll(`Received PINGREQ from ${clientId}\n`), () => performance.now()));
    closed ||= new RegExp(`Client ${clientId} (closed|disconnected|has exceeded)|Socket error on client ${clientId}`).test(text);
  };
  const timer = setInterval(look, 20);
  return { end: () => { look(); clearInterval(timer); return times; }, closed: () => closed };
}
