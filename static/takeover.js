// The page stands there as HTML before its program has arrived. What the user does to it until then - typing, choosing,
// opening, a press of a button - is done again to what the program draws in its place. The two are the same, element by
// element, so a place in the list is enough to find one by the other.
"use strict";
(() => {
  const CONTROLS = "a[href], button, input, select, textarea, details, summary, [tabindex]";
  const controls = () => [...document.querySelectorAll(CONTROLS)].filter((element) => element.closest("#new-version") === null);
  const first = controls();
  // Where another screen is to open, the HTML is not shown and nothing can be done to it.
  if (first.length === 0 || document.documentElement.classList.contains("is-opening")) return;
  const opened = new Set(first.filter((element) => element.open));

  let focused = first.includes(document.activeElement) ? document.activeElement : null;
  let pressed = null;
  const listening = new AbortController();
  const listen = (type, listener) => addEventListener(type, listener, { capture: true, signal: listening.signal });
  listen("focusin", ({ target }) => { focused = target; });
  // An element loses the focus too when it is removed; then it was the last one that had it.
  listen("focusout", ({ target }) => queueMicrotask(() => {
    if (target.isConnected && focused === target) focused = null;
  }));
  // One press waits for the program, the last: more would be guesses about what they would have led to.
  listen("click", ({ target }) => { pressed = target.closest?.("button") ?? pressed; });

  // Told in the same task in which the program draws, so nothing is painted in between.
  const drawn = new MutationObserver(() => {
    if (first[0].isConnected || document.getElementById("main") === null) return;
    drawn.disconnect();
    listening.abort();
    const now = controls();
    const changes = first.flatMap((old, index) => (now[index]?.localName === old.localName ? change(old, now[index]) : []));
    // Where the caret stood is a matter of the old text: after the texts have gone over.
    for (const apply of changes) apply();
    const heir = now[first.indexOf(focused)];
    if (focused !== null && heir !== undefined) {
      heir.focus({ preventScroll: true });
      if (isText(focused)) heir.setSelectionRange(focused.selectionStart, focused.selectionEnd, focused.selectionDirection);
    }
    now[first.indexOf(pressed)]?.click();
  });
  drawn.observe(document.body, { childList: true, subtree: true });

  /** What has to be done to `now` for it to be as `old` was left. */
  function change(old, now) {
    const tell = (type) => now.dispatchEvent(new Event(type, { bubbles: true }));
    if (isText(old) && old.value !== old.defaultValue) return [() => { now.value = old.value; tell("input"); }];
    if (old.localName === "input" && old.checked && !old.defaultChecked) return [() => { now.checked = true; tell("change"); }];
    if (old.localName === "input" && old.type === "checkbox" && old.checked !== old.defaultChecked) return [() => now.click()];
    if (old.localName === "select" && !old.selectedOptions[0]?.defaultSelected) return [() => { now.value = old.value; tell("change"); }];
    if (old.localName === "details" && old.open !== opened.has(old)) return [() => { now.open = old.open; }];
    return [];
  }

  function isText(element) {
    return element.localName === "textarea" || (element.localName === "input" && element.type === "text");
  }
})();
