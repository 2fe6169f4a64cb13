// How the editor looks: CodeMirror's parts in the colours of tokens.css, which reach into the shadow root as custom
// properties. No drawn selection or caret, so the browser's own serve forced colours and phones.
import { EditorView } from "@codemirror/view";

const tone = { error: "var(--explicit)", warning: "var(--implicit)", info: "var(--accent)" };
const sign = { error: "✕", warning: "!", info: "i" };

const severities = Object.fromEntries(Object.keys(tone).flatMap((severity) => [
  [`.cm-lintRange-${severity}`, { backgroundImage: "none", textDecoration: `underline wavy ${tone[severity]}`, textDecorationSkipInk: "none", textUnderlineOffset: "3px" }],
  [`.cm-lintPoint-${severity}::after`, { borderBottomColor: tone[severity] }],
  [`.cm-lint-marker-${severity}`, { content: "none" }],
  [`.cm-lint-marker-${severity}::before`, { content: `"${sign[severity]}"`, color: tone[severity] }],
  [`.cm-diagnostic-${severity}`, { borderLeftColor: tone[severity] }],
]));

export const theme = EditorView.theme({
  "&": {
    minHeight: "var(--field-min)", maxHeight: "var(--field-max)",
    color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--control)", borderRadius: "var(--radius)",
  },
  // The ring is the host's, in page.css.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.45", overflow: "auto" },
  ".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
  ".cm-content, .cm-gutter": { minHeight: "calc(var(--field-min) - 2px)" },
  // The textarea of page.css has its text where this puts it.
  ".cm-line": { padding: "0 8px 0 6px" },
  ".cm-gutters": { backgroundColor: "var(--sunken)", color: "var(--muted)", borderRight: "1px solid var(--line)" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "calc(3ch + 6px)", padding: "0 2px 0 4px" },
  ".cm-gutter-lint": { width: "1.2em" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0" },
  ".cm-lint-marker": { width: "100%", height: "100%", fontWeight: "700", textAlign: "center" },
  ".cm-name": { color: "var(--json-name)" },
  ".cm-text": { color: "var(--json-text)" },
  ".cm-value": { color: "var(--json-value)" },
  ".cm-comment, .cm-comment *": { color: "var(--muted)" },
  ".cm-variable, .cm-variable *": { color: "var(--json-variable)", fontWeight: "600" },
  ".cm-specialChar": { color: "var(--explicit)" },
  // Each mark has a line of its own kind, so that none depends on colour.
  ".cm-lit": { backgroundColor: "color-mix(in srgb, var(--accent) 12%, transparent)", outline: "2px dotted var(--accent)" },
  ".cm-decisive": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)", borderBottom: "2px solid var(--accent)" },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--control)" },
  "&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket": { backgroundColor: "transparent", outline: "1px dashed var(--explicit)" },
  ".cm-searchMatch": { backgroundColor: "color-mix(in srgb, var(--implicit) 20%, transparent)", outline: "1px solid var(--implicit)" },
  ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--implicit) 35%, transparent)", outline: "2px solid var(--implicit)" },
  ".cm-panels, .cm-panels-top": { backgroundColor: "var(--sunken)", color: "var(--text)", borderBottom: "1px solid var(--line)" },
  ".cm-tooltip": { maxWidth: "min(60ch, 80vw)", backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--control)", borderRadius: "var(--radius)", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: "0.9em", padding: "1px 4px", borderRadius: "3px", backgroundColor: "var(--sunken)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", gap: "6px", alignItems: "center", padding: "8px 56px 8px 8px", fontFamily: "var(--sans)" },
  // Only what a policy needs: no selection of all hits, no expressions, no words.
  ".cm-panel.cm-search :is(br, [name=select], label:has([name=re]), label:has([name=word]))": { display: "none" },
  ".cm-panel.cm-search label": { display: "flex", gap: "4px", alignItems: "center", minHeight: "24px", margin: "0", fontSize: "inherit" },
  ".cm-panel.cm-search input[type=checkbox]": { width: "18px", height: "18px", margin: "0", accentColor: "var(--accent)" },
  ".cm-textfield, .cm-panel.cm-search .cm-textfield": { flex: "1 1 14ch", minWidth: "0", minHeight: "32px", margin: "0", padding: "2px 8px", font: "inherit", fontFamily: "var(--mono)", color: "inherit", backgroundColor: "var(--surface)", border: "1px solid var(--control)", borderRadius: "var(--radius)" },
  ".cm-button, .cm-diagnosticAction, .cm-panel.cm-search .cm-button, .cm-panel.cm-search [name=close]": {
    minHeight: "32px", minWidth: "32px", margin: "0", padding: "2px 10px", font: "inherit", color: "var(--text)",
    backgroundColor: "var(--surface)", backgroundImage: "none", border: "1px solid var(--control)", borderRadius: "var(--radius)", cursor: "pointer",
  },
  ".cm-diagnosticAction": { marginLeft: "8px" },
  ".cm-panel.cm-search [name=close]": { position: "absolute", top: "8px", right: "8px", padding: "0" },
  ".cm-panel :focus-visible, .cm-tooltip :focus-visible": { outline: "3px solid var(--accent)", outlineOffset: "1px" },
  "@media (pointer: coarse)": {
    ".cm-panel.cm-search .cm-textfield, .cm-panel.cm-search .cm-button, .cm-diagnosticAction, .cm-panel.cm-search [name=close]": { minHeight: "44px", minWidth: "44px" },
  },
  ...severities,
});
