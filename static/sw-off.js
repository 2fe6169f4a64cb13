// The way back: served as sw.js in place of the built one, it removes what that kept, and itself. Pages that are open go on
// with what they have; from the next load on everything comes from the host.
"use strict";
const PREFIX = `iot-policy-lab ${registration.scope} `;

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil((async () => {
  const kept = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(kept.map((name) => caches.delete(name)));
  await registration.unregister();
})()));
