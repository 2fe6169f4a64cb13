// The policy editor: CodeMirror in a shadow root, where it styles itself through style sheets that scripts construct;
// in the document the page's content policy would block its `<style>` elements.
//
// Knows nothing of policies. Positions are CodeMirror's: UTF-16 code units, one unit a line end; src/app/places.rs
// makes bytes of them. Bundled by bundle.mjs, loaded by boot.js, used by components/editor.rs.
import { history, historyKeymap, indentLess, indentMore, isolateHistory, standardKeymap } from "@codemirror/commands";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { closeSearchPanel, findNext, findPrevious, openSearchPanel, search } from "@codemirror/search";
import { Annotation, EditorSelection, EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { json } from "./json.mjs";
import { theme } from "./theme.mjs";

/** On a change that the page made: it needs no telling, and no limit. */
const fromPage = Annotation.define();

/** What the page points at, until it says otherwise; moves with the text. */
const setMarks = StateEffect.define();
const marks = StateField.define({
  create: () => Decoration.none,
  update(shown, { changes, effects }) {
    const news = effects.find((effect) => effect.is(setMarks));
    return news ? Decoration.set(news.value, true) : shown.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const KEYS = [
  // Without Tab, which leaves the field.
  ...standardKeymap, ...historyKeymap,
  { key: "Mod-]", run: indentMore },
  { key: "Mod-[", run: indentLess },
  { key: "Mod-f", run: openSearchPanel, scope: "editor search-panel" },
  { key: "F3", run: findNext, shift: findPrevious, scope: "editor search-panel", preventDefault: true },
  { key: "Escape", run: closeSearchPanel, scope: "editor search-panel" },
];

/**
 * Takes over from `field`, a textarea: its text, selection and focus. `limit` is in bytes of UTF-8. What happens is
 * told as `tell(what, value)`: "changed" and the text, "pointed" and a position or null, "refused" and the bytes that
 * the text would have, "repair" and an index of `setProblems`, "format" and null.
 */
export function mount(host, field, label, limit, tell) {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const ends = [field.selectionStart, field.selectionEnd];
  const [anchor, head] = field.selectionDirection === "backward" ? ends.reverse() : ends;
  const focused = document.activeElement === field;

  let hovered = null;
  let told = null;
  /** The place under the pointer, else the caret's while the editor has the focus. */
  const point = (view) => {
    const place = hovered ?? (view.hasFocus ? view.state.selection.main.head : null);
    if (place !== told) tell("pointed", told = place);
  };

  const fits = (doc) => doc.length * 3 <= limit || bytes(doc) <= limit;
  /** Stops what is longer than any text may be before anything is made of it. */
  const guard = (event, view, size) => {
    if (size <= limit) return false;
    event.preventDefault();
    tell("refused", bytes(view.state.doc) + size);
    return true;
  };
  /** Bytes of the text that is pasted or dropped; it is counted only where it could be too long. */
  const sizeOf = (transfer) => {
    const text = transfer?.getData("text/plain") ?? "";
    return text.length * 3 <= limit ? 0 : bytes(text);
  };

  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: field.value,
      selection: { anchor, head },
      extensions: [
        keymap.of([...KEYS, { key: "Shift-Alt-f", run: () => { tell("format", null); return true; } }]),
        lineNumbers(), lintGutter(), history(), highlightSpecialChars(), search({ top: true }),
        EditorView.lineWrapping, json, marks, theme,
        EditorState.phrases.of(PHRASES),
        // Editable alone is focusable, but axe knows it by the index only.
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
        EditorState.transactionFilter.of((change) => {
          if (!change.docChanged || change.annotation(fromPage) || fits(change.newDoc)) return change;
          // What is too long already may still be made shorter.
          if (change.newDoc.length < change.startState.doc.length) return change;
          tell("refused", bytes(change.newDoc));
          return [];
        }),
        EditorView.domEventHandlers({
          paste: (event, view) => guard(event, view, sizeOf(event.clipboardData)),
          // Files are the page's: it reads them, says what it took, and keeps what is there.
          drop: (event, view) => event.dataTransfer?.types.includes("Files") || guard(event, view, sizeOf(event.dataTransfer)),
          // A finger does not stay: what it touched is where the caret goes.
          pointermove(event, view) {
            hovered = event.pointerType === "mouse" ? view.posAtCoords({ x: event.clientX, y: event.clientY }) : null;
            point(view);
          },
          pointerleave(_, view) { hovered = null; point(view); },
        }),
        EditorView.updateListener.of((change) => {
          if (change.docChanged || change.selectionSet) hovered = null;
          const typed = change.docChanged && !change.transactions.every((each) => !each.docChanged || each.annotation(fromPage));
          if (typed) tell("changed", change.state.doc.toString());
          point(change.view);
        }),
      ],
    }),
  });
  view.scrollDOM.scrollTop = field.scrollTop;
  view.scrollDOM.scrollLeft = field.scrollLeft;
  if (focused) view.focus();

  const inside = (position) => Math.min(position, view.state.doc.length);
  return {
    /** Makes the text this one, as one step to undo; what stays the same keeps caret and marks. */
    setText(text) {
      const doc = view.state.toText(text);
      if (doc.eq(view.state.doc)) return;
      const [from, to] = [view.state.doc.toString(), doc.toString()];
      view.dispatch({
        changes: difference(from, to),
        selection: solid(from) === solid(to) ? sameSelection(view.state.selection.main, from, to) : undefined,
        annotations: [fromPage.of(true), isolateHistory.of("full")],
      });
    },
    /** Rows of [from, to, "error" | "warning" | "info", message, words on the repair's button or null]. */
    setProblems(rows) {
      const told = rows.map(([from, to, severity, message, repair], index) => ({
        from: inside(from), to: inside(to), severity, message, renderMessage: () => sentence(message),
        actions: repair === null ? [] : [{ name: repair, apply: () => tell("repair", index) }],
      }));
      view.dispatch(setDiagnostics(view.state, told));
    },
    /** Rows of [from, to, kind]; the kind is a class of theme.mjs. */
    setMarks(rows) {
      const drawn = rows.map(([from, to, kind]) => [inside(from), inside(to), kind]).filter(([from, to]) => from < to);
      view.dispatch({ effects: setMarks.of(drawn.map(([from, to, kind]) => Decoration.mark({ class: `cm-${kind}` }).range(from, to))) });
    },
    /** Selects a range, shows it and takes the focus. */
    reveal(from, to) {
      const range = EditorSelection.range(inside(from), inside(to));
      view.dispatch({ selection: { anchor: range.anchor, head: range.head }, effects: EditorView.scrollIntoView(range) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/** Markup for words with values between backticks. */
function sentence(words) {
  const line = document.createElement("span");
  line.append(...words.split("`").map((piece, index) => {
    if (index % 2 === 0) return piece;
    return Object.assign(document.createElement("code"), { textContent: piece });
  }));
  return line;
}

/** What the find panel says, in the page's way of writing. */
const PHRASES = {
  next: "Next", previous: "Previous", replace: "Replace", "replace all": "Replace all", "match case": "Match case",
  Replace: "Replace with",
};

function bytes(text) {
  return new Blob([text.toString()]).size;
}

/** The smallest piece that is not the same in both. */
function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

const solid = (text) => text.replace(/\s+/g, "");

/** The selection in a text that differs in white space only: after as many other characters as before. */
function sameSelection({ anchor, head }, before, after) {
  const move = (position) => {
    let left = solid(before.slice(0, position)).length;
    let at = 0;
    while (left > 0) if (/\S/.test(after[at++])) left -= 1;
    return at;
  };
  return { anchor: move(anchor), head: move(head) };
}
