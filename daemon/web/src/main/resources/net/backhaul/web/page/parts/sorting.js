// SPDX-License-Identifier: Apache-2.0
// Tables whose order is in the URL: the key of a column, after a hyphen if it descends.
import { html } from 'base/lib.js';
import { setQuery, useLocation } from 'base/router.js';

/** Compares texts as people read them: host-2 comes before host-10. */
export const byText = text => (one, other) => text(one).localeCompare(text(other), 'en', { numeric: true });
export const byNumber = number => (one, other) => number(one) - number(other);

/**
 * Returns a function that sorts items, and one that makes the head of a column.
 *
 * @param orders comparisons by the key of their column
 * @param usual the order without one in the URL
 * @return sorted, and head of the key and the text of a column, and of its kind: number, time, or none for texts
 */
export function useSorting(orders, usual) {
  const { query } = useLocation();
  const keyOf = order => order.replace(/^-/, '');
  const wanted = query.get('sort') || usual;
  const sort = Object.hasOwn(orders, keyOf(wanted)) ? wanted : usual;
  const isDown = sort.startsWith('-');
  const compare = orders[keyOf(sort)];
  const sorted = items => [...items].sort((one, other) => (isDown ? compare(other, one) : compare(one, other)));
  const head = (key, text, kind) => {
    const isHere = keyOf(sort) === key;
    // The largest numbers and the latest times are first.
    const next = isHere ? (isDown ? key : '-' + key) : kind ? '-' + key : key;
    return html`<th scope="col" class=${kind} aria-sort=${isHere ? (isDown ? 'descending' : 'ascending') : undefined}>
      <button type="button" class="sort" onClick=${() => setQuery({ sort: next === usual ? null : next })}>
        ${text}<span aria-hidden="true">${isHere ? (isDown ? ' ↓' : ' ↑') : ''}</span></button></th>`;
  };
  return { sorted, head };
}
