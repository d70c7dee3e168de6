// SPDX-License-Identifier: Apache-2.0
// The editor of rules: CodeMirror in a shadow root, so that its styles need no exception of the CSP.
import { EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { tags } from '@lezer/highlight';

const ACTIONS = /^(macro|tag|cap|drop|accept|tee|watch|redirect|break|priority|include)$/;
const LOGIC = /^(and|or|not|default|id|enum|flag)$/i;

const language = StreamLanguage.define({
  token(stream) {
    if (stream.match(/#+\s*expect(?=\s|$).*/)) return 'meta';
    if (stream.match(/#.*/)) return 'comment';
    if (stream.eatSpace()) return null;
    const [word] = stream.match(/;|[^\s;#][^\s;]*/);
    if (ACTIONS.test(word)) return 'keyword';
    if (LOGIC.test(word)) return 'operatorKeyword';
    if (/^[\d$@]/.test(word)) return 'number';
    return word === ';' ? null : 'variableName';
  },
  languageData: { commentTokens: { line: '#' } },
});

const colors = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: tags.operatorKeyword, color: 'var(--accent)' },
  { tag: tags.comment, color: 'var(--soft)' },
  { tag: tags.meta, color: 'var(--good)' },
  { tag: tags.number, color: 'var(--warn)' },
]);

const theme = EditorView.theme({
  '&': { color: 'var(--ink)', backgroundColor: 'var(--paper)', fontSize: '13px', maxHeight: '60vh', minHeight: '260px' },
  '&.cm-focused': { outline: '2px solid var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)' },
  '.cm-gutters': { color: 'var(--soft)', backgroundColor: 'var(--ground)', borderColor: 'var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--accent-soft)' },
  '.cm-tooltip': { color: 'var(--ink)', backgroundColor: 'var(--raised)', borderColor: 'var(--line-strong)' },
});

/** What replaces a selection is inserted here: Chromium would style it inline, which the CSP reports. */
const replaceSelection = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    if (event.inputType !== 'insertText' || !event.data || view.composing || state.readOnly || state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

function diagnostic(state, { line, column, message }) {
  const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  const from = Math.min(at.from + Math.max(column - 1, 0), at.to);
  const word = /^[^\s;]*/.exec(state.sliceDoc(from, at.to))[0];
  return { from, to: from + word.length, severity: 'error', message };
}

/**
 * Shows an editor in an element.
 *
 * @param onChange called with the text after each change by the user
 * @param onSave called for Ctrl-S
 */
export function createEditor(host, { text, label, readOnly, onChange, onSave }) {
  const root = host.shadowRoot || host.attachShadow({ mode: 'open' });
  let isSetting = false;
  const view = new EditorView({
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        language,
        syntaxHighlighting(colors),
        theme,
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({ 'aria-label': label }),
        replaceSelection,
        EditorView.lineWrapping,
        keymap.of([{ key: 'Mod-s', run: () => (onSave(), true) }, ...defaultKeymap, ...historyKeymap]),
        EditorView.updateListener.of(update => {
          if (update.docChanged && !isSetting) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    set(changed) {
      if (view.state.doc.toString() === changed) return;
      isSetting = true;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: changed } });
      isSetting = false;
    },
    show: errors =>
      view.dispatch(setDiagnostics(view.state, errors.filter(each => each.line).map(each => diagnostic(view.state, each)))),
    focus(line) {
      view.dispatch({ selection: { anchor: view.state.doc.line(Math.min(line, view.state.doc.lines)).from }, scrollIntoView: true });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}
