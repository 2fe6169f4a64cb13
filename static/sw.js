// Keeps the page for the time without a network: one version, whole, each file checked by its digest when it is fetched.
// The build writes the two lines below. How to end it for good: static/sw-off.js.
"use strict";
const VERSION = "none";
const FILES = {};

const SCOPE = registration.scope;
const PREFIX = `iot-policy-lab ${SCOPE} `;
const NAME = PREFIX + VERSION;

// A file that cannot be had, or is not the one that was built, fails the install; the version before goes on.
addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(NAME);
  try {
    await Promise.all(Object.entries(FILES).map(async ([file, digest]) => {
      const response = await fetch(new URL(file, SCOPE), { cache: "reload" });
      const bytes = await response.arrayBuffer();
      if (!response.ok || hex(await crypto.subtle.digest("SHA-256", bytes)) !== digest) {
        throw new Error(`${file} is not the file that belongs to version ${VERSION}`);
      }
      // Not the response itself: one that was redirected may not answer a navigation.
      await cache.put(new URL(file, SCOPE), new Response(bytes, { headers: response.headers }));
    }));
  } catch (error) {
    await caches.delete(NAME);
    throw error;
  }
})()));

addEventListener("activate", (event) => event.waitUntil((async () => {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(others.map((name) => caches.delete(name)));
  await clients.claim();
})()));

// Only the page says when: it knows whether something would be lost.
addEventListener("message", ({ data }) => {
  if (data === "take over") skipWaiting();
});

// The page is `./`, whatever its query says, Live included. What is not a file of this version, and whatever goes to
// another host, the browser does by itself.
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(SCOPE)) return;
  const path = url.pathname.slice(new URL(SCOPE).pathname.length);
  const file = path === "" || path === "index.html" ? "./" : path;
  if (!Object.hasOwn(FILES, file)) return;
  event.respondWith(caches.open(NAME)
    .then((cache) => cache.match(new URL(file, SCOPE)))
    .then((kept) => kept ?? fetch(request)));
});

function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
