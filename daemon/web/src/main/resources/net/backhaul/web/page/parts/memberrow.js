// SPDX-License-Identifier: Apache-2.0
// One row of the table of members.
import { html, useRef, useState } from 'base/lib.js';
import { endpoint, plain } from 'base/format.js';
import { setQuery } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { changeWithUndo, setAuthorized, titleOf } from 'parts/memberactions.js';
import { State, VersionText, linkText, seenText } from 'parts/memberstate.js';
import { credentialNames } from 'parts/membertags.js';
import { attempt, notify, notifyProblem } from 'parts/notices.js';
import { Linked } from 'parts/ui.js';

const orNone = text => text || html`<span class="none">–</span>`;

/** The columns that can be hidden; sort is the order of the API, where it has one. */
export const COLUMNS = [
  { key: 'address', sort: 'address', cell: member => html`<code>${member.id}</code>` },
  { key: 'ips', cell: (member, row) => html`<${InlineIps} member=${member} done=${row.done} />` },
  { key: 'labels', isExtra: true, cell: member => html`<${Labels} labels=${member.labels || []} />` },
  { key: 'notes', isExtra: true, cell: member => orNone(member.notes && html`<span title=${member.notes}><${Linked} text=${plain(member.notes)} /></span>`) },
  { key: 'tags', isExtra: true, cell: (member, row) => html`<${Labels} labels=${credentialNames(member, row.definitions)} />` },
  { key: 'bridge', isExtra: true, cell: member => orNone(flags(member)) },
  { key: 'link', cell: member => orNone(linkText(member)) },
  { key: 'endpoint', cell: member => (member.endpoint ? html`<code>${endpoint(member.endpoint)}</code>` : orNone('')) },
  { key: 'version', cell: (member, row) => html`<${VersionText} member=${member} status=${row.status} />` },
  { key: 'seen', sort: 'seen', cell: member => seenText(member) },
];

/** Returns what is unusual about a member's Ethernet and addresses. */
export const flags = member => [member.bridge && t('flag.bridge'), !member.autoAssign && t('flag.noAssign')].filter(Boolean).join(', ');

function Labels({ labels }) {
  return labels.length ? labels.map(each => html`<span class="label">${plain(each)}</span>`) : orNone('');
}

/** For ref: an input that was opened can be typed into at once. */
function select(element) {
  element?.focus();
  element?.select();
}

/** A value that becomes an input when it is clicked, and is saved when that is left. */
function Inline({ value, label, save, isAllowed, children }) {
  const [text, setText] = useState(null);
  const seen = useRef(value);
  const reverted = useRef(false);
  /** Whether a key has closed the input: then the focus stays here. */
  const byKey = useRef(false);
  if (!isAllowed) return children;
  if (text === null) {
    const refocus = element => {
      if (element && byKey.current) element.focus();
      if (element) byKey.current = false;
    };
    return html`<button type="button" class="inline-edit" aria-label=${label} ref=${refocus} onClick=${() => {
      seen.current = value;
      reverted.current = false;
      setText(value);
    }}>${children}</button>`;
  }
  const commit = async event => {
    // The window has lost the focus, not the field.
    if (document.activeElement === event.target) return;
    // An input that Escape removes may lose the focus first.
    if (reverted.current) return;
    if (text !== value && seen.current !== value) {
      seen.current = value;
      byKey.current = false;
      notify(t('conflict.field', { value: plain(value) }), { isError: true });
      return;
    }
    setText(null);
    if (text !== value) {
      try {
        await save(text);
      } catch (problem) {
        notifyProblem(problem);
        setText(text);
      }
    }
  };
  const onKeyDown = event => {
    if (event.key === 'Enter') {
      byKey.current = true;
      // The button that follows would be pressed by the same key.
      event.preventDefault();
      event.target.blur();
    }
    if (event.key === 'Escape') {
      event.stopPropagation();
      byKey.current = true;
      reverted.current = true;
      setText(null);
    }
  };
  return html`<input class="inline-input" aria-label=${label} value=${text} ref=${select}
    onInput=${event => setText(event.target.value)} onBlur=${commit} onKeyDown=${onKeyDown} />`;
}

function InlineName({ member, done }) {
  const name = plain(member.name);
  return html`<${Inline} value=${member.name} label=${t('row.name', { member: titleOf(member) })}
    isAllowed=${may('authorize', member.network)}
    save=${text => changeWithUndo(member, { name: text }, t('done.named', { name: plain(text) || member.id }), done)}>
    ${name
      ? html`<span class="strong" title=${name}>${name}</span>`
      : html`<span class="none">${member.removed?.name && !member.authorized ? t('member.was', { name: plain(member.removed.name) }) : t('member.unnamed')}</span>`}
  <//>`;
}

export const splitIps = text => text.split(/[\s,]+/).filter(Boolean);

function InlineIps({ member, done }) {
  const ips = member.addresses.join(', ');
  return html`<${Inline} value=${ips} label=${t('row.ips', { member: titleOf(member) })} isAllowed=${may('operate', member.network)}
    save=${text => changeWithUndo(member, { addresses: splitIps(text) }, t('done.changed', { member: titleOf(member) }), done)}>
    ${ips ? html`<code title=${ips}>${ips}</code>` : html`<span class="none">–</span>`}
  <//>`;
}

export function MemberHeader({ columns, sort, hasSelect }) {
  const head = (key, order) => {
    if (!order) return html`<span role="columnheader" class=${'cell ' + key}>${t('column.' + key)}</span>`;
    const isUp = sort === order;
    const isDown = sort === '-' + order;
    // Names ascend first; of times the latest are first.
    const next = order === 'seen' ? (isDown ? order : '-' + order) : isUp ? '-' + order : order;
    return html`<span role="columnheader" class=${'cell ' + key} aria-sort=${isUp ? 'ascending' : isDown ? 'descending' : 'none'}>
      <button type="button" class="sort" onClick=${() => setQuery({ sort: next === 'waiting' ? null : next })}>
        ${t('column.' + key)}<span aria-hidden="true">${isUp ? ' ↑' : isDown ? ' ↓' : ''}</span></button></span>`;
  };
  return html`<div class="header" role="rowgroup"><div class="row" role="row" aria-rowindex="1">
    ${hasSelect && html`<span role="columnheader" class="cell select"><span class="hidden">${t('column.select')}</span></span>`}
    ${head('state', 'waiting')}${head('name', 'name')}
    ${COLUMNS.filter(each => columns.includes(each.key)).map(each => head(each.key, each.sort))}
    <span role="columnheader" class="cell more"><span class="hidden">${t('column.more')}</span></span>
  </div></div>`;
}

export function MemberRow({ member, index, position, columns, status, definitions, isSelected, isOpened, select, done }) {
  const title = titleOf(member);
  const authorize = () => attempt(() => setAuthorized(member, true, done));
  return html`<div class=${'row' + (isSelected ? ' selected' : '') + (isOpened ? ' opened' : '')} role="row" data-row=${index} data-member=${member.id} ...${position}>
    ${select && html`<span role="cell" class="cell select"><input type="checkbox" checked=${isSelected}
      aria-label=${t('row.select', { member: title })} onChange=${event => select(member, event.target.checked)} /></span>`}
    <span role="cell" class="cell state">${
      !member.authorized && !member.blocked && select
        ? html`<button type="button" class="button tick" aria-label=${t('join.authorizeWhat', { member: title })}
            onClick=${authorize}>${t('member.authorize')}</button>`
        : html`<${State} member=${member} />`
    }</span>
    <span role="cell" class="cell name"><${InlineName} member=${member} done=${done} /></span>
    ${COLUMNS.filter(each => columns.includes(each.key)).map(
      each => html`<span role="cell" class=${'cell ' + each.key}>${each.cell(member, { done, status, definitions })}</span>`,
    )}
    <span role="cell" class="cell more"><button type="button" class="button plain icon" aria-label=${t('row.open', { member: title })}
      onClick=${() => setQuery({ member: member.id }, { replace: false })}>›</button></span>
  </div>`;
}
