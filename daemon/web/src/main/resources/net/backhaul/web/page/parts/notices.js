// SPDX-License-Identifier: Apache-2.0
// Short notices at the edge of the window, most of them with "Undo".
import { html } from 'base/lib.js';
import { createStore, useStore } from 'base/store.js';
import { t } from 'base/strings.js';
import { Button } from 'parts/ui.js';

const SHOWN_MS = 10000;
const MAX_NOTICES = 3;
const notices = createStore([]);
let nextId = 1;

function remove(id) {
  notices.set(notices.get().filter(each => each.id !== id));
}

/**
 * Shows a notice for some seconds.
 *
 * @param undo reverts what the notice reports; without it there is nothing to revert
 */
export function notify(text, { undo, isError = false } = {}) {
  const id = nextId++;
  notices.set([...notices.get(), { id, text, undo, isError }].slice(-MAX_NOTICES));
  setTimeout(() => expire(id), SHOWN_MS);
}

/** Removes a notice, unless somebody is about to use one. */
function expire(id) {
  if (document.querySelector('.notices:hover, .notices:focus-within')) setTimeout(() => expire(id), SHOWN_MS);
  else remove(id);
}

function undo(notice) {
  remove(notice.id);
  attempt(notice.undo);
}

/** Ctrl-Z undoes what the last notice reports, except where it undoes what was typed. */
addEventListener('keydown', event => {
  const isUndo = event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!isUndo || event.target.closest('input:not([type=checkbox]), textarea, .editor, dialog')) return;
  const last = notices.get().findLast(each => each.undo);
  if (!last) return;
  event.preventDefault();
  undo(last);
});

export const notifyProblem = problem => notify(problem.message, { isError: true });

/** Runs an action; shows why it failed. Returns whether it succeeded. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (problem) {
    notifyProblem(problem);
    return false;
  }
}

export function Notices() {
  const all = useStore(notices);
  return html`<div class="notices" role="status" aria-live="polite">
    ${all.map(
      each => html`<div key=${each.id} class=${each.isError ? 'notice bad' : 'notice'}>
        <span>${each.text}</span>
        ${each.undo && html`<${Button} kind="plain" title=${t('undo.key')} onClick=${() => undo(each)}>${t('undo')}<//>`}
        <${Button} kind="plain icon" aria-label=${t('close')} onClick=${() => remove(each.id)}>×<//>
      </div>`,
    )}
  </div>`;
}
