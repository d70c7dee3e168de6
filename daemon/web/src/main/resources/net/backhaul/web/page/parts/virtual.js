// SPDX-License-Identifier: Apache-2.0
// A list of any length of which only the visible rows exist.
import { html, useEffect, useLayoutEffect, useRef, useState } from 'base/lib.js';

const OVERSCAN = 8;

/**
 * @param count number of all rows
 * @param rowHeight of each, in pixels
 * @param row renders the row of an index; its element takes the properties of the second argument
 * @param onRange called with the first and the last index that are shown
 */
export function VirtualRows({ count, rowHeight, row, onRange, label, header, ...rest }) {
  const scroller = useRef(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => {
    const { scrollTop, clientHeight } = scroller.current;
    setView(before =>
      before.top === scrollTop && before.height === clientHeight ? before : { top: scrollTop, height: clientHeight },
    );
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(scroller.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.min(Math.floor(view.top / rowHeight) - OVERSCAN, count - 1));
  const last = Math.min(count - 1, Math.ceil((view.top + view.height) / rowHeight) + OVERSCAN);
  useEffect(() => onRange(first, last), [first, last]);
  const rows = [];
  for (let index = first; index <= last; index++) {
    rows.push(row(index, { style: { top: index * rowHeight + 'px', height: rowHeight + 'px' }, 'aria-rowindex': index + 2 }));
  }
  const onKeyDown = event => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const here = event.target.closest('[data-row]');
    if (!step || !here || event.target.matches('input:not([type=checkbox]), textarea')) return;
    const next = scroller.current.querySelector(`[data-row="${Number(here.dataset.row) + step}"]`);
    const controls = [...here.querySelectorAll('button, input, a')];
    const target = next?.querySelectorAll('button, input, a')[controls.indexOf(event.target)];
    if (target) {
      event.preventDefault();
      target.focus();
      target.scrollIntoView({ block: 'nearest' });
    }
  };
  return html`<div class="rows" ref=${scroller} onScroll=${measure} onKeyDown=${onKeyDown} tabindex="0"
      role="table" aria-label=${label} aria-rowcount=${count + 1} ...${rest}>
    ${header}
    <div class="rows-all" role="rowgroup" style=${{ height: count * rowHeight + 'px' }}>${rows}</div>
  </div>`;
}
