// Runs before anything else on the page. It narrows the content policy, keeps the only Trusted Types
// policy to itself, and starts the program. See src/ARCHITECTURE.md, "The lock".
"use strict";
(() => {
  const HANDOVER = "iot-policy-lab";
  const here = document.currentScript;
  const worker = new URL("sw.js", here.src).href;
  const handover = takeHandover();
  const endpoint = wantsLive() && isSource(handover?.endpoint) ? handover.endpoint : null;
  lock(endpoint);

  // Made once: the page's policy names no other and allows no duplicate, so a script that does not belong
  // here can make no worker in this document. One that it makes by way of an empty frame inherits the lock.
  const blobs = new Set();
  const trusted = globalThis.trustedTypes?.createPolicy("iot-policy-lab", {
    createScriptURL(url) {
      if (blobs.has(url) || url === worker) return url;
      throw new TypeError("not a script of this page");
    },
  }) ?? { createScriptURL: (url) => url };

  // The page is two programs: Check, and `sessions` for Simulate, Live, the lessons and the reference. One is shown, the other waits outside
  // the document until it is opened again.
  const address = (name) => new URL(name, document.baseURI).href;
  const PROGRAMS = {
    check: { js: address(here.dataset.js), wasm: address(here.dataset.wasm) },
    sessions: { js: address("sessions.js"), wasm: address("sessions_bg.wasm"), css: address("sessions.css") },
  };
  const running = {};
  const coming = {};
  const styles = {};
  let shown = null;
  let wanted = null;
  let registration = null;

  /** A program, once. Whoever asks before it is here waits for the same: a second start would take the first one's memory. */
  function load(name) {
    const { js, wasm } = PROGRAMS[name];
    coming[name] ??= import(js).then(async (program) => {
      await program.default({ module_or_path: wasm });
      return program;
    }).finally(() => delete coming[name]);
    return coming[name];
  }

  /** The stylesheet that only this program needs, once. Without it the program is plainer, and works. */
  function style(name) {
    const { css } = PROGRAMS[name];
    styles[name] ??= css && new Promise((resolve) => {
      document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: css, onload: resolve, onerror: resolve }));
    });
    return styles[name];
  }

  /** Shows a program, with this workspace (or, with null, with its own) in place of the one that is shown. */
  async function open(name, workspace) {
    wanted = name;
    try {
      const there = running[name];
      // One that is there is shown at once: a key that follows is already for it.
      const [program] = there ? [] : await Promise.all([load(name), style(name)]);
      // Meanwhile the user may have gone elsewhere.
      if (wanted !== name) return;
      const host = there?.host ?? document.createElement("div");
      const before = shown;
      // Putting it in its own place would take the focus from what has it.
      if (before !== host) (before ?? document.getElementById("example")).replaceWith(host);
      shown = host;
      if (there) there.program.take(workspace);
      else running[name] = { host, program: program.start(host, workspace, boot) };
      // The tab that was pressed is gone with the other program.
      if (before !== null && before !== host) {
        requestAnimationFrame(() => host.contains(document.activeElement) || host.querySelector("[aria-current=page]")?.focus());
      }
    } catch (error) {
      // A program that is shown tells it itself.
      if (shown !== null) throw error;
      const notice = document.createElement("p");
      notice.className = "c-notice is-explicit";
      notice.setAttribute("role", "alert");
      notice.textContent = "IoT Policy Lab could not start: it needs a browser with WebAssembly, and all of its files. Reload the page to try again."
        + " What stands here until then is an example, which cannot be changed.";
      document.body.prepend(notice);
      document.documentElement.classList.remove("is-opening");
      throw error;
    }
  }

  /**
   * A worker with the sessions' program inside. From a blob, because only then does it inherit the lock; and with a
   * dynamic import, because the modules that a worker imports statically count as workers (`worker-src`).
   */
  function startWorker() {
    const { js, wasm } = PROGRAMS.sessions;
    const source = `const { default: init, serve } = await import(${JSON.stringify(js)});
await init({ module_or_path: ${JSON.stringify(wasm)} });
serve();`;
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    blobs.add(url);
    return new Worker(trusted.createScriptURL(url), { type: "module" });
  }

  /** The module of the other program, which does for Check what that needs only now and then. */
  async function errands() {
    return load("sessions");
  }

  let editor;
  /** The policy editor's module, fetched once and not before the page has nothing better to do. */
  function loadEditor() {
    editor ??= new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve))
      .then(() => import(address(here.dataset.editor)));
    return editor;
  }

  /**
   * Loads the page anew, locked to `endpoint` (or, with nothing, to itself), with the workspace as it is; in the version that
   * waits, if one does.
   */
  function reload(endpoint, workspace) {
    sessionStorage.setItem(HANDOVER, JSON.stringify({ endpoint: endpoint ?? null, workspace }));
    // Everything goes along, also from the program that is not shown: it has nothing to ask.
    addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
    const target = new URL(location.pathname, location.origin);
    if (endpoint) target.search = "live";
    const go = () => location.assign(target.href);
    const waiting = registration?.waiting;
    if (!waiting) return go();
    // Whether it takes over or fails, it waits no longer.
    waiting.addEventListener("statechange", go, { once: true });
    waiting.postMessage("take over");
  }

  /** Has the service worker keep this version for the time without a network, and tells of another one. */
  async function keep() {
    const { serviceWorker } = navigator;
    const bar = document.getElementById("new-version");
    bar.querySelector("button").addEventListener("click", () => running[wanted]?.program.renew());
    const tell = () => { bar.hidden = false; };
    // The first worker takes over a page that had none; any other brings another version.
    let controlled = serviceWorker.controller !== null;
    serviceWorker.addEventListener("controllerchange", () => {
      if (controlled) tell();
      controlled = true;
    });
    registration = await serviceWorker.register(trusted.createScriptURL(worker), { updateViaCache: "none" });
    const look = () => { if (registration.waiting && registration.active) tell(); };
    const watch = () => registration.installing?.addEventListener("statechange", look);
    registration.addEventListener("updatefound", watch);
    watch();
    look();
    // The browser asks for another version at each load; a page may stay open for days.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) registration.update().catch(() => null);
    });
  }

  const boot = { endpoint, fragment: location.hash.slice(1), startWorker, reload, open, errands, loadEditor };
  const first = wantsLive() || /^#lessons(\/|$)/.test(location.hash) ? "sessions" : "check";
  preload(first);
  // The example stands in the HTML, answered, until the program has drawn. It is shown only where the program will draw it.
  const example = handover === null && first === "check" && /^(#[a-z-]*)?$/.test(location.hash) && location.hash !== "#new" && !hasDraft();
  document.documentElement.classList.toggle("is-opening", !example);
  addEventListener("DOMContentLoaded", async () => {
    await open(first, handover?.workspace ?? null);
    // What is kept for later is fetched after what is needed now. Without a service worker (a private window, plain http),
    // or when a file is not as it should be, the page works as before, with the network.
    const later = globalThis.requestIdleCallback ?? setTimeout;
    if (navigator.serviceWorker) later(() => keep().catch((error) => console.info("Not kept for offline use:", error.message)));
  });

  // The fragment may be a link that was opened: a jump within the page leaves it where it is.
  addEventListener("click", (event) => {
    const jump = event.target.closest?.("a[href^='#']");
    const target = jump && document.getElementById(jump.hash.slice(1));
    if (!target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (target.tabIndex < 0) target.tabIndex = -1;
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  });

  // Beside the panels that take files, the browser would open a dropped one in place of the page, and all would be lost.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });

  /** Has the browser fetch a program while it still reads the page. */
  function preload(name) {
    for (const [rel, href, as] of [["modulepreload", PROGRAMS[name].js], ["preload", PROGRAMS[name].wasm, "fetch"]]) {
      const link = document.createElement("link");
      Object.assign(link, { rel, href, as: as ?? "", crossOrigin: "anonymous" });
      document.head.append(link);
    }
  }

  /** The one entry that a page load hands to the next. Read once, then gone. */
  function takeHandover() {
    try {
      const text = sessionStorage.getItem(HANDOVER);
      sessionStorage.removeItem(HANDOVER);
      const value = JSON.parse(text);
      const fits = value !== null && typeof value === "object" && typeof (value.workspace ?? "") === "string";
      return fits ? value : null;
    } catch {
      return null;
    }
  }

  /** Whether the user had what is typed kept in this browser; see src/app/browser/check/draft.rs. */
  function hasDraft() {
    try {
      return localStorage.getItem("iot-policy-lab.draft") !== null;
    } catch {
      return false;
    }
  }

  function wantsLive() {
    return new URLSearchParams(location.search).has("live") && window.top === window.self;
  }

  /** Exactly what the program writes: scheme, host and port of the endpoint, and perhaps the identity host of a Region. */
  function isSource(text) {
    return typeof text === "string" && text.length < 400 &&
      /^(wss:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?|ws:\/\/(127\.0\.0\.1|localhost)):\d{1,5}( https:\/\/cognito-identity\.[a-z]+(-[a-z]+)+-\d{1,2}\.amazonaws\.com(\.cn)?:443)?$/.test(text);
  }

  function lock(endpoint) {
    const policy = document.createElement("meta");
    policy.httpEquiv = "Content-Security-Policy";
    policy.content = `connect-src 'self'${endpoint === null ? "" : ` ${endpoint}`}; worker-src blob: ${worker.replace(/[;,]/g, encodeURIComponent)}`;
    document.head.append(policy);
  }
})();
