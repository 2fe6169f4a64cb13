// JSON with `#` comments as the editor sees it: colours, pairs of brackets and how far a new line is indented. All
// three look at lines, for no string of JSON goes on after its line; so there is no parser to load. Whether the text
// is a policy, or JSON at all, the page says.
import { Decoration, MatchDecorator, ViewPlugin } from "@codemirror/view";

/** A string, with a colon after it where it is a name; a comment; a word or a number. An open string ends its line. */
const TOKEN = /"(?:[^"\\\n]|\\.)*(?:"(?=(\s*:)?)|\\?)|(#.*)|-?\b\d[\w.+-]*|\b(?:true|false|null)\b/g;
/** `${...}`, which JSON takes for ordinary text. */
const VARIABLE = /\$\{[^}"\n]*\}/g;
/** Strings and comments too, so that no bracket is found in them. */
const BRACKET = /"(?:[^"\\]|\\.)*["\\]?|#.*|[[\]{}]/g;

const PAIRS = ["[]", "{}"];
/** Farther away than so many characters no partner is looked for. */
const FAR = 10_000;

const mark = (name) => Decoration.mark({ class: `cm-${name}` });
const [name, text, value, comment, variable, matching, nonmatching] =
  ["name", "text", "value", "comment", "variable", "matchingBracket", "nonmatchingBracket"].map(mark);

/** Draws what `decoration` makes of each match. A line is matched from its start, unless that is very far away. */
function highlight(regexp, decoration) {
  const matches = new MatchDecorator({ regexp, decoration, maxLength: 100_000 });
  return ViewPlugin.define((view) => ({
    decorations: matches.createDeco(view),
    update(change) { this.decorations = matches.updateDeco(change, this.decorations); },
  }), { decorations: (plugin) => plugin.decorations });
}

const opens = ({ bracket }) => bracket === "[" || bracket === "{";

const brackets = (line) => [...line.text.matchAll(BRACKET)]
  .map(({ 0: bracket, index }) => ({ bracket, from: line.from + index }))
  .filter(({ bracket }) => "[]{}".includes(bracket));

/** The bracket beside the caret and the one that ends or begins what it begins or ends. */
function pair({ doc, selection: { main: { head, empty } } }) {
  const line = doc.lineAt(head);
  const start = empty && brackets(line).find(({ from }) => from === head - 1 || from === head);
  if (!start) return Decoration.none;
  const draw = (decoration, ...ends) => Decoration.set(ends.map(({ from }) => decoration.range(from, from + 1)), true);
  const step = opens(start) ? 1 : -1;
  let depth = 0;
  for (let number = line.number; number >= 1 && number <= doc.lines; number += step) {
    const here = doc.line(number);
    if ((step > 0 ? here.from - head : head - here.to) > FAR) return Decoration.none;
    const found = brackets(here).filter(({ from }) => (from - start.from) * step >= 0);
    for (const each of step > 0 ? found : found.reverse()) {
      depth += opens(each) === opens(start) ? 1 : -1;
      if (depth > 0) continue;
      const [open, close] = step > 0 ? [start, each] : [each, start];
      return draw(PAIRS.includes(open.bracket + close.bracket) ? matching : nonmatching, start, each);
    }
  }
  return draw(nonmatching, start);
}

export const json = [
  highlight(TOKEN, ([token, named, remark]) => {
    if (remark) return comment;
    if (!token.startsWith('"')) return value;
    return named ? name : text;
  }),
  highlight(VARIABLE, variable),
  ViewPlugin.define(({ state }) => ({
    decorations: pair(state),
    update({ view, state, changes, docChanged, selectionSet }) {
      // What an input method is composing must not be drawn anew.
      if (view.composing) this.decorations = this.decorations.map(changes);
      else if (docChanged || selectionSet) this.decorations = pair(state);
    },
  }), { decorations: (plugin) => plugin.decorations }),
];

/** How many levels deeper than `before`, the line up to the caret, a new line stands that begins with `after`. */
export function deeper(before, after) {
  // The line stands already where the brackets that it begins with put it.
  const rest = { from: 0, text: before.replace(/^[\s\]}]+/, "") };
  const open = brackets(rest).reduce((sum, each) => sum + (opens(each) ? 1 : -1), 0);
  return Math.sign(open) - (/^\s*[\]}]/.test(after) ? 1 : 0);
}
