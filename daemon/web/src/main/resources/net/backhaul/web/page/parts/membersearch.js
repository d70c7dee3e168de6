// SPDX-License-Identifier: Apache-2.0
// The search above the members: its text, and chips for its most used terms.
import { html, useId } from 'base/lib.js';
import { setQuery } from 'base/router.js';
import { t } from 'base/strings.js';

const CHIPS = [
  ['waiting', 'authorized:no'],
  ['online', 'online:yes'],
  ['offline', 'online:no'],
  ['stale', 'seen:>30d'],
  ['blocked', 'blocked:yes'],
];

const words = search => search.split(/\s+/).filter(Boolean);

/** Returns the search with a term, or without it; another value of the same key is replaced. */
export function toggle(search, term) {
  const all = words(search);
  if (all.includes(term)) return all.filter(each => each !== term).join(' ');
  const key = term.slice(0, term.indexOf(':') + 1);
  return [...all.filter(each => !each.startsWith(key)), term].join(' ');
}

/** @param problem why the search cannot be run */
export function MemberSearch({ search, hasBlocks, problem }) {
  const id = useId();
  const active = words(search);
  return html`<div class="searching">
    <input type="search" class="search" aria-label=${t('members.search')} placeholder=${t('members.searchHint')}
      value=${search} maxlength="500" onInput=${event => setQuery({ q: event.target.value })}
      aria-invalid=${problem ? 'true' : undefined} aria-describedby=${problem ? id : undefined} />
    ${problem && html`<p class="error" id=${id} role="alert">${problem}</p>`}
    <div class="chips" role="group" aria-label=${t('members.filters')}>
      ${CHIPS.filter(([key]) => key !== 'blocked' || hasBlocks).map(
        ([key, term]) => html`<button type="button" class="chip" aria-pressed=${active.includes(term) ? 'true' : 'false'}
          onClick=${() => setQuery({ q: toggle(search, term) })}>${t('chip.' + key)}</button>`,
      )}
    </div>
  </div>`;
}
