// SPDX-License-Identifier: Apache-2.0
// Small components that all views use.
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from 'base/lib.js';
import { plain } from 'base/format.js';
import { t } from 'base/strings.js';

export function Button({ kind = '', busy, children, ...rest }) {
  return html`<button type="button" class=${'button ' + kind} aria-busy=${busy ? 'true' : undefined}
    disabled=${busy || rest.disabled} ...${rest}>${children}</button>`;
}

/** A labelled input with a hint and the error of its field. */
export function Field({ label, hint, error, multiline, ...input }) {
  const id = useId();
  const described = [hint && id + 'h', error && id + 'e'].filter(Boolean).join(' ');
  const attributes = {
    id,
    'aria-describedby': described || undefined,
    'aria-invalid': error ? 'true' : undefined,
    ...input,
  };
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${multiline ? html`<textarea rows="3" ...${attributes}></textarea>` : html`<input ...${attributes} />`}
    ${hint && html`<p class="hint" id=${id + 'h'}>${hint}</p>`}
    ${error && html`<p class="error" id=${id + 'e'} role="alert">${error}</p>`}
  </div>`;
}

/**
 * A labelled choice.
 *
 * @param options of [value, text]
 */
export function Select({ label, value, options, ...rest }) {
  const id = useId();
  return html`<div class="field"><label for=${id}>${label}</label>
    <select id=${id} ...${rest}>${options.map(
      ([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`,
    )}</select></div>`;
}

/**
 * A labelled input that saves what was typed when it is left or Enter is pressed; Escape restores.
 * Another value from outside is shown unless somebody is typing; who types is told of it, and
 * replaces it only by saving once more.
 *
 * @param save returns a promise; it fails with a Problem, whose text is shown
 */
export function SavedField({ value, save, fieldName, ...rest }) {
  const [text, setText] = useState(null);
  const [error, setError] = useState('');
  const seen = useRef(value);
  const isSaving = useRef(false);
  /** Whether Enter has shown a conflict: leaving the field is not the answer to that. */
  const isWarned = useRef(false);
  const commit = async byKey => {
    if (isSaving.current || (isWarned.current && !byKey)) {
      isWarned.current = false;
      return;
    }
    if (text === null || text === value) {
      setText(null);
      return;
    }
    if (seen.current !== value) {
      seen.current = value;
      isWarned.current = byKey;
      setError(t('conflict.field', { value: plain(value) }));
      return;
    }
    isSaving.current = true;
    isWarned.current = false;
    try {
      setError('');
      await save(text);
      seen.current = text;
      setText(now => (now === text ? null : now));
    } catch (problem) {
      const fields = Object.entries(problem.fields || {});
      const own = fields.find(([name]) => !fieldName || name.startsWith(fieldName));
      setError(own ? own[1] : problem.message);
    }
    isSaving.current = false;
  };
  const onInput = event => {
    if (text === null) seen.current = value;
    setText(event.target.value);
  };
  const onKeyDown = event => {
    if (event.key === 'Enter' && (!rest.multiline || event.ctrlKey || event.metaKey)) commit(true);
    if (event.key === 'Escape' && text !== null) {
      event.stopPropagation();
      isWarned.current = false;
      setError('');
      setText(null);
    }
  };
  // Where the window has lost the focus, the field still has it.
  return html`<${Field} ...${rest} value=${text ?? value} error=${error} onInput=${onInput}
    onBlur=${event => document.activeElement !== event.target && commit(false)} onKeyDown=${onKeyDown} />`;
}

export function Switch({ label, hint, checked, onChange, disabled }) {
  const id = useId();
  return html`<div class="switch">
    <input type="checkbox" role="switch" id=${id} checked=${checked} disabled=${disabled}
      aria-describedby=${hint ? id + 'h' : undefined}
      onChange=${event => onChange(event.target.checked, event.target)} />
    <div><label for=${id}>${label}</label>${hint && html`<p class="hint" id=${id + 'h'}>${hint}</p>`}</div>
  </div>`;
}

/**
 * One line for a shell, with a button that copies it.
 *
 * @param now whether it is copied when it appears
 */
export function CopyLine({ text, label, now }) {
  const [copied, setCopied] = useState(false);
  const line = useRef(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 2000);
    } catch {
      // Without TLS only loopback may use the clipboard: select the line instead.
      const range = document.createRange();
      range.selectNodeContents(line.current);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
    }
  };
  useEffect(() => {
    if (now) copy();
  }, [text]);
  return html`<div class="copy">
    <code ref=${line} tabindex="0" aria-label=${label}>${text}</code>
    <${Button} onClick=${copy} aria-label=${t('copy.what', { what: label })}>
      ${copied ? t('copy.done') : t('copy.do')}<//>
    <span class="hidden" role="status">${copied ? t('copy.done') : ''}</span>
  </div>`;
}

/** A modal dialog; opens when it is rendered. */
export function Dialog({ title, onClose, children }) {
  const element = useRef(null);
  const id = useId();
  // As it is rendered: keys that are pressed at once belong to it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog.showModal();
    return () => {
      // Nothing else can have the focus while it is open.
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`<dialog ref=${element} aria-labelledby=${id}
      onCancel=${event => (event.preventDefault(), onClose())}>
    <h2 id=${id}>${title}</h2>
    ${children}
  </dialog>`;
}

/** A button that shows what is in it until something else is clicked. */
export function Menu({ label, children }) {
  const element = useRef(null);
  useEffect(() => {
    const close = event => {
      const menu = element.current;
      if (!menu?.open) return;
      if (event.type === 'keydown' && event.key === 'Escape') {
        menu.open = false;
        menu.querySelector('summary').focus();
      } else if (event.type === 'pointerdown' && !menu.contains(event.target)) {
        menu.open = false;
      }
    };
    addEventListener('pointerdown', close);
    addEventListener('keydown', close);
    return () => {
      removeEventListener('pointerdown', close);
      removeEventListener('keydown', close);
    };
  }, []);
  return html`<details class="menu" ref=${element}>
    <summary class="button">${label}</summary>
    <div class="menu-items" onClick=${event => event.target.closest('button') && (element.current.open = false)}>
      ${children}
    </div>
  </details>`;
}

/** Text in which links can be followed. */
export function Linked({ text }) {
  const parts = String(text).split(/(https?:\/\/[^\s<>"')\]]+)/);
  return parts.map((part, index) =>
    index % 2 ? html`<a href=${part} target="_blank" rel="noopener noreferrer">${part}</a>` : part,
  );
}

/** For ref: what appears gets the focus, if it can have it, or else its first input. */
export function focusFirst(element) {
  (element?.matches('button, input') ? element : element?.querySelector('input:not([readonly])'))?.focus();
}

/** For ref: the first button in what appears gets the focus. */
export const focusButton = element => element?.querySelector('button').focus();

/** Sets the title of the window. */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? title + ' – Backhaul' : 'Backhaul';
  }, [title]);
}

/** Returns whether the window matches a media query. */
export function useMedia(query) {
  const [matches, setMatches] = useState(matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const update = () => setMatches(media.matches);
    media.addEventListener('change', update);
    return () => media.removeEventListener('change', update);
  }, [query]);
  return matches;
}
