// SPDX-License-Identifier: Apache-2.0
// The URL is the state of a view: what is shown, searched, sorted and opened.
import { html, useEffect } from 'base/lib.js';
import { createStore, useStore } from 'base/store.js';
import { t } from 'base/strings.js';

const read = () => ({ path: location.pathname, query: new URLSearchParams(location.search) });
const current = createStore(read());

/** Gives up what leaving the view that is shown would lose; null if that is nothing. */
let giveUp = null;

/** Returns whether the view may be left; asks where that would lose something. */
export function mayLeave() {
  if (!giveUp) return true;
  if (!confirm(t('leave.lost'))) return false;
  giveUp();
  return true;
}

/**
 * Asks before the view, or with it the page, is left while something is not saved.
 *
 * @param lose called when the user has agreed to lose it
 */
export function useUnsaved(isChanged, lose) {
  useEffect(() => {
    giveUp = isChanged ? lose : null;
    return () => {
      giveUp = null;
    };
  }, [isChanged]);
}

addEventListener('beforeunload', event => giveUp && event.preventDefault());
addEventListener('popstate', () => {
  const { path, query } = current.get();
  if (path === location.pathname || mayLeave()) current.set(read());
  else history.pushState(null, '', path + (query.size ? '?' + query : ''));
});

export const useLocation = () => useStore(current);

/** Goes to another path of this page; never to another site. */
export function navigate(path, { replace = false } = {}) {
  if (!/^\/(?!\/)/.test(path)) throw new Error('expected a path of this page');
  if (new URL(path, location.origin).pathname !== current.get().path && !mayLeave()) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  current.set(read());
}

/** Sets parameters of the URL; null, undefined and '' remove one. */
export function setQuery(changes, { replace = true } = {}) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === '') query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(location.pathname + (text ? '?' + text : ''), { replace });
}

/** Returns the named parts of a path like /networks/:network; null if it does not match. */
export function match(pattern, path) {
  const wanted = pattern.split('/');
  const found = path.split('/');
  if (wanted.length !== found.length) return null;
  const parts = {};
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i].startsWith(':')) parts[wanted[i].slice(1)] = found[i];
    else if (wanted[i] !== found[i]) return null;
  }
  return parts;
}

/** A link within the page. */
export function Link({ href, children, ...rest }) {
  const onClick = event => {
    if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return html`<a href=${href} onClick=${onClick} ...${rest}>${children}</a>`;
}
