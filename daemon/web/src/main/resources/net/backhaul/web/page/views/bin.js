// SPDX-License-Identifier: Apache-2.0
// The members that were removed from a network, and can be restored.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { ago, count, dateTime, plain } from 'base/format.js';
import { setQuery, useLocation } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { binPath, bulkRestore, restoreWithUndo, titleOf } from 'parts/memberactions.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { byNumber, byText, useSorting } from 'parts/sorting.js';
import { Button, Dialog, useTitle } from 'parts/ui.js';

const EVERY_MS = 500;
const PAGE = 1000;
const SHOWN = 200;

const ORDERS = {
  name: byText(titleOf),
  address: byText(member => member.id),
  removed: byNumber(member => member.removedMs),
  until: byNumber(member => member.expiresMs),
};

async function readAll(id) {
  const members = [];
  for (;;) {
    const found = await api.get(`${binPath(id)}?offset=${members.length}&limit=${PAGE}`);
    members.push(...found.members);
    if (!found.members.length || members.length >= found.total) return members;
  }
}

function matches(member, search) {
  const text = [member.id, member.name, ...member.addresses, ...(member.labels || [])].join('\n').toLowerCase();
  return search.toLowerCase().split(/\s+/).every(word => text.includes(word));
}

export function Bin({ network: id }) {
  const { network, problem } = useNetwork(id);
  const { query } = useLocation();
  const search = query.get('q') || '';
  const [all, setAll] = useState(null);
  const [selected, setSelected] = useState(new Set());
  const [purging, setPurging] = useState(null);
  const [busy, setBusy] = useState(false);
  const { sorted, head } = useSorting(ORDERS, '-removed');
  const load = useCallback(throttle(() => readAll(id).then(setAll, () => {}), EVERY_MS), [id]);
  useEffect(load, [load]);
  useChanges(change => (change.type === 'reset' || change.network === id) && load());
  useTitle(network && t('bin.title') + ' · ' + networkName(network));
  if (!network || !all) return html`<${NoNetwork} problem=${problem} />`;
  const found = sorted(all.filter(each => matches(each, search)));
  const chosen = all.filter(each => selected.has(each.id));
  const mayRestore = may('operate', id);
  const select = (member, isSelected) => {
    const next = new Set(selected);
    if (isSelected) next.add(member.id);
    else next.delete(member.id);
    setSelected(next);
  };
  const restoreChosen = async () => {
    setBusy(true);
    await attempt(() => bulkRestore(id, chosen, load));
    setBusy(false);
    setSelected(new Set());
  };
  const purge = async () => {
    if (await attempt(() => api.delete(`${binPath(id)}/${purging.id}`, purging.revision))) {
      notify(t('bin.purged', { member: titleOf(purging) }));
      load();
    }
    setPurging(null);
  };
  const row = each => {
    const title = titleOf(each);
    return html`<tr key=${each.id} data-removed=${each.id}>${mayRestore && html`<td><input type="checkbox" checked=${selected.has(each.id)}
        aria-label=${t('row.select', { member: title })} onChange=${event => select(each, event.target.checked)} /></td>`}
      <td>${title}</td><td><code>${each.id}</code></td>
      <td><code>${each.addresses.map(plain).join(', ')}</code></td>
      <td><span title=${dateTime(each.removedMs)}>${ago(each.removedMs)}</span></td>
      <td>${dateTime(each.expiresMs)}</td>
      <td class="number">${mayRestore && html`
        <${Button} aria-label=${t('bin.restoreWhat', { member: title })}
          onClick=${() => attempt(() => restoreWithUndo(each, each.name, load))}>${t('bin.restore')}<//>
        <${Button} kind="plain" aria-label=${t('bin.purgeWhat', { member: title })} onClick=${() => setPurging(each)}>${t('bin.purge')}<//>`}
      </td></tr>`;
  };
  return html`<main>
    <${NetworkHead} network=${network} current="bin" />
    <p class="hint">${t('bin.text')}</p>
    ${all.length > 0 && html`<div class="tools"><input type="search" class="search" aria-label=${t('bin.search')} placeholder=${t('bin.search')}
      value=${search} onInput=${event => setQuery({ q: event.target.value })} /></div>`}
    ${chosen.length > 0 && html`<div class="selection" role="region" aria-label=${t('members.selection')}>
      <span role="status">${count(chosen.length, 'selected.one', 'selected.many')}</span>
      ${chosen.length < found.length && html`<${Button} kind="plain" onClick=${() => setSelected(new Set(found.map(each => each.id)))}>
        ${t('members.selectAll', { number: found.length.toLocaleString('en') })}<//>`}
      <${Button} kind="main" busy=${busy} onClick=${restoreChosen}>${t('bin.restore')}<//>
      <${Button} kind="plain" onClick=${() => setSelected(new Set())}>${t('members.selectNone')}<//></div>`}
    ${found.length === 0
      ? html`<div class="empty"><p>${t(search && all.length ? 'search.nothing' : 'bin.none')}</p></div>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label=${t('bin.title')}><table><thead><tr>
          ${mayRestore && html`<th scope="col"><span class="hidden">${t('column.select')}</span></th>`}
          ${head('name', t('member.name'))}${head('address', t('member.address'))}<th scope="col">${t('member.ips')}</th>
          ${head('removed', t('bin.removed'), 'time')}${head('until', t('bin.until'), 'time')}
          <th scope="col"><span class="hidden">${t('column.more')}</span></th></tr></thead>
          <tbody>${found.slice(0, SHOWN).map(row)}</tbody></table></div>
        ${found.length > SHOWN && html`<p class="hint">${t('bin.more', { number: (found.length - SHOWN).toLocaleString('en') })}</p>`}`}
    ${purging && html`<${Dialog} title=${t('bin.purge')} onClose=${() => setPurging(null)}>
      <p>${t('bin.purgeText', { member: titleOf(purging) })}</p>
      <div class="buttons"><${Button} onClick=${() => setPurging(null)}>${t('cancel')}<//>
        <${Button} kind="danger" onClick=${purge}>${t('bin.purge')}<//></div><//>`}
  </main>`;
}
