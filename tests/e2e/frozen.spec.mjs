// A page that the browser freezes, as it may do with a tab in the background to save power: nothing runs in it.
//
// Chromium 156 then ends every WebSocket of the page at the moment in which it goes on, in the page and in its workers, and
// hands out nothing of what came meanwhile (measured with a bare WebSocket). So no session outlives it; the page has to say so
// and why, and to keep what it had.
import { connect as tcp } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { connectPacket, publishPacket } from '../gateway/client.mjs';
import { startChromium } from './chromium.mjs';
import { expect, test } from './lab.mjs';
import { connect, lock, log, more, plain, plan, press, session } from './live.mjs';

const TOPIC = 'cmd/temperature';

test('a frozen page: the session tells its end, the log keeps what it had, and goes on', async ({ site, mosquitto, launchOptions }) => {
  const browser = await startChromium(launchOptions);
  const sender = tcp(mosquitto.port, '127.0.0.1');
  let sent = 0;
  const send = () => { sent += 1; sender.write(publishPacket(4, TOPIC, `message ${sent}`, { qos: 1, packetId: sent })); };
  const received = (page) => page.getByRole('row').filter({ hasText: /received PUBLISH.*cmd\/temperature/ });
  sender.write(connectPacket(4, 'sender'));
  try {
    await browser.drive(async (page) => {
      await lock(page, `ws://127.0.0.1:${mosquitto.wsPort}`, site.url);
      await plain(page);
      await plan(page, 0, { id: 'frozen-01', subscribe: TOPIC });
      await more(page, 'A', { keepAlive: 2 });
      await connect(page, 'A');
      await press(page, 'Subscribe', 'A');
      await expect(log(page)).toContainText('SUBACK');
      for (let i = 0; i < 3; i += 1) send();
      await expect(received(page)).toHaveCount(3);
    });
    const tab = await browser.attach(site.url);
    await browser.newTab();
    await expect.poll(() => tab.evaluate(() => document.hidden)).toBe(true);
    await tab.evaluate(() => {
      globalThis.life = [];
      for (const name of ['freeze', 'resume']) document.addEventListener(name, () => globalThis.life.push(name));
    });
    await tab.send('Page.setWebLifecycleState', { state: 'frozen' });
    // Several keep-alives pass, and more than a watch that is a little late.
    for (let i = 0; i < 16; i += 1) { send(); await pause(1000); }
    await tab.send('Page.setWebLifecycleState', { state: 'active' });
    await tab.send('Page.bringToFront');
    expect(await tab.evaluate(() => globalThis.life)).toEqual(['freeze', 'resume']);
    tab.close();

    await browser.drive(async (page) => {
      await expect(session(page, 'A')).toContainText(/The connection was lost .* Before that, nothing ran in this page for at least \d+ s\./);
      const rows = await log(page).getByRole('row').allTextContents();
      const closed = rows.findIndex((row) => row.includes('1006'));
      expect(rows[closed - 1]).toMatch(/The page.*Nothing ran in this page for at least \d+ s: the browser had frozen it/);
      expect(rows.filter((row) => row.includes('Nothing ran'))).toHaveLength(1);
      // What comes in the moment of freezing may still be taken.
      const kept = await received(page).count();
      expect(kept).toBeGreaterThanOrEqual(3);
      await connect(page, 'A');
      await press(page, 'Subscribe', 'A');
      await expect(log(page).getByRole('row').filter({ hasText: 'SUBACK' })).toHaveCount(2);
      send();
      await expect(received(page)).toHaveCount(kept + 1);
    });
  } finally {
    sender.destroy();
    await browser.close();
  }
});
