// Stands in for @codemirror/language and @lezer/common (bundle.mjs), of which CodeMirror's commands use this much for
// the keys of the editor: indentation, and a syntax tree, which is empty as there is no parser. What a later version
// of the commands should want beyond it fails the bundling.
import { countColumn, Facet } from "@codemirror/state";
import { deeper } from "./json.mjs";

const UNIT = "  ";

export const indentUnit = Facet.define({ combine: () => UNIT });
export const getIndentUnit = () => UNIT.length;
export const indentString = (_, columns) => " ".repeat(columns);

export class IndentContext {
  constructor(state, options) { Object.assign(this, { state, options }); }

  lineIndent(position) {
    const { text } = this.state.doc.lineAt(position);
    return countColumn(text, this.state.tabSize, text.search(/\S|$/));
  }
}

/** Columns before what follows `position` when a line is broken there; two lines, between a pair of brackets. */
export function getIndentation(context, position) {
  const { from, text } = context.state.doc.lineAt(position);
  const after = context.options.simulateDoubleBreak ? "" : text.slice(position - from);
  return Math.max(0, context.lineIndent(position) + deeper(text.slice(0, position - from), after) * UNIT.length);
}

const NOTHING = { childBefore: () => null, childAfter: () => null };
export const syntaxTree = () => ({ resolveInner: () => NOTHING });
export const NodeProp = {};
/** For a command that no key of the editor is bound to. */
export const matchBrackets = () => null;
