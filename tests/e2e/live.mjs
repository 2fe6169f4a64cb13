// What tests of Live do again and again, as its user does it.
import { expect, KEYS } from './lab.mjs';

/** The key that the gateway takes unless a test says otherwise. */
export const KEY = 'ASIAIOSFODNN7EXAMPLE';

/** Locks the page to an endpoint: a load of the page. `home` is for a browser that knows no base URL. */
export async function lock(page, endpoint, home = './') {
  await page.goto(home);
  await page.getByRole('button', { name: 'Live', exact: true }).click();
  await page.getByLabel('Endpoint', { exact: true }).fill(endpoint);
  await page.getByRole('button', { name: 'Lock the page to it' }).click();
  await expect(page.getByText('This page can now reach')).toBeVisible();
}

/** Types credentials and has them taken, or refused. */
export async function giveCredentials(page, { id = KEY, secret = KEYS[KEY].secretAccessKey, token = KEYS[KEY].sessionToken } = {}) {
  await page.getByLabel('Access key ID').fill(id);
  await page.getByLabel('Secret access key').fill(secret);
  await page.getByLabel('Session token').fill(token);
  await page.getByRole('button', { name: 'Use these credentials' }).click();
}

/** Pastes a text of credentials, line ends and all, and looks that the field stays empty. */
export async function pasteCredentials(page, text) {
  const box = page.getByLabel('Paste credentials');
  await box.focus();
  const left = await box.evaluate((field, given) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', given);
    // Only when nobody prevents it does a browser put the text into the field.
    return field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })) || field.value;
  }, text);
  expect(left).toBe('');
}

/** Chooses a connection without signature. */
export const plain = (page) => page.getByRole('radio', { name: /plain/ }).check();

/** The card of a session, by its name. */
export const session = (page, name) => page.getByRole('group', { name: `Session ${name}`, exact: true });

/** Fills in the card of a session, by its place. */
export async function plan(page, index, { id, subscribe = '', publish = '', message = '' }) {
  const group = session(page, 'ABC'[index]);
  await group.getByLabel('Client ID', { exact: true }).fill(id);
  await group.getByLabel('Subscribes to').fill(subscribe);
  await group.getByLabel('Publishes to').fill(publish);
  await group.getByLabel('Message', { exact: true }).fill(message);
}

/** Fills in what the card keeps under "More"; `back` is what it does when the connection is lost. */
export async function more(page, name, { keepAlive, back }) {
  const group = session(page, name);
  await group.getByText(`More of ${name}`).click();
  if (keepAlive !== undefined) await group.getByLabel('Keep-alive (s)').fill(String(keepAlive));
  if (back !== undefined) await group.getByLabel('When the connection is lost').selectOption(back);
}

/** Types again each client ID that may be a device's: the page asks for it before it connects. */
export async function confirm(page, ...ids) {
  for (const id of ids) await page.getByLabel(`Type ${id} again`, { exact: true }).fill(id);
}

/** Presses a button of a session, such as "Connect A". */
export const press = (page, button, name) => page.getByRole('button', { name: `${button} ${name}`, exact: true }).click();

/** Connects a session, and waits until it stands. */
export async function connect(page, name) {
  await press(page, 'Connect', name);
  await expect(session(page, name)).toContainText('Connected as');
}

export const findings = (page) => page.getByRole('region', { name: 'What happened' });
export const log = (page) => page.getByRole('grid', { name: 'Event log' });
