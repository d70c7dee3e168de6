// SPDX-License-Identifier: Apache-2.0
// The members of a network: who waits, who is who, and what can be done with them.
import { html, useState } from 'base/lib.js';
import { Link, setQuery, useLocation } from 'base/router.js';
import { may } from 'base/session.js';
import { count } from 'base/format.js';
import { t } from 'base/strings.js';
import { AddMember } from 'parts/memberdialogs.js';
import { bulkAction } from 'parts/memberactions.js';
import { BulkEdit } from 'parts/memberbulk.js';
import { useMembers } from 'parts/memberdata.js';
import { csv, csvOfColumns, download, hosts } from 'parts/memberexport.js';
import { MemberPanel } from 'parts/memberpanel.js';
import { COLUMNS, MemberHeader, MemberRow } from 'parts/memberrow.js';
import { MemberSearch } from 'parts/membersearch.js';
import { useDefinitions } from 'parts/membertags.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt } from 'parts/notices.js';
import { Button, Menu, useMedia, useTitle } from 'parts/ui.js';
import { VirtualRows } from 'parts/virtual.js';

const ROW_HEIGHT = 41;
const NARROW_ROW_HEIGHT = 92;

function Columns({ shown }) {
  const change = (key, isShown) => {
    const keys = COLUMNS.map(each => each.key).filter(each => (each === key ? isShown : shown.includes(each)));
    const isUsual = COLUMNS.every(each => keys.includes(each.key) === !each.isExtra);
    setQuery({ cols: isUsual ? null : keys.join(',') || 'none' });
  };
  return html`<${Menu} label=${t('members.columns')}>
    ${COLUMNS.map(
      ({ key }) => html`<label class="check"><input type="checkbox" checked=${shown.includes(key)}
        onChange=${event => change(key, event.target.checked)} /> ${t('column.' + key)}</label>`,
    )}<//>`;
}

function Selection({ network, selected, setSelected, list, hasBlocks }) {
  const [busy, setBusy] = useState(false);
  const [isEditing, setEditing] = useState(false);
  const members = [...selected.values()];
  const act = async action => {
    setBusy(true);
    await attempt(() => bulkAction(network, members, action, list.refresh));
    setBusy(false);
    setSelected(new Map());
  };
  const selectAll = async () => {
    setBusy(true);
    await attempt(async () => setSelected(new Map((await list.all()).map(each => [each.id, each]))));
    setBusy(false);
  };
  return html`<div class="selection" role="region" aria-label=${t('members.selection')}>
    <span role="status">${count(members.length, 'selected.one', 'selected.many')}</span>
    ${members.length < list.matching &&
    html`<${Button} kind="plain" busy=${busy} onClick=${selectAll}>${t('members.selectAll', { number: list.matching.toLocaleString('en') })}<//>`}
    <${Button} busy=${busy} onClick=${() => act('authorize')}>${t('member.authorize')}<//>
    <${Button} busy=${busy} onClick=${() => act('deauthorize')}>${t('member.deauthorize')}<//>
    ${hasBlocks && html`<${Button} busy=${busy} onClick=${() => act('block')}>${t('member.block')}<//>
      <${Button} busy=${busy} onClick=${() => act('unblock')}>${t('member.unblock')}<//>`}
    <${Button} busy=${busy} onClick=${() => setEditing(true)}>${t('members.edit')}<//>
    ${may('operate', network) &&
    html`<${Button} kind="danger" busy=${busy} onClick=${() => act('delete')}>${t('member.remove')}<//>`}
    <${Button} kind="plain" onClick=${() => setSelected(new Map())}>${t('members.selectNone')}<//>
    ${isEditing && html`<${BulkEdit} network=${network} members=${members} done=${list.refresh}
      close=${isDone => (setEditing(false), isDone && setSelected(new Map()))} />`}
  </div>`;
}

export function Members({ network: id, status }) {
  const { query } = useLocation();
  const search = query.get('q') || '';
  const sort = query.get('sort') || 'waiting';
  const columns = query.get('cols')?.split(',') || COLUMNS.filter(each => !each.isExtra).map(each => each.key);
  const { network, problem } = useNetwork(id);
  const list = useMembers(id, search, sort);
  const definitions = useDefinitions(id);
  const [selected, setSelected] = useState(new Map());
  const [isAdding, setAdding] = useState(false);
  const isNarrow = useMedia('(max-width: 720px)');
  const isOverlay = useMedia('(max-width: 1000px)');
  useTitle(network && t('tab.members') + ' · ' + networkName(network));
  if (!network) return html`<${NoNetwork} problem=${problem} />`;
  const mayAuthorize = may('authorize', id);
  const select = (member, isSelected) => {
    const next = new Map(selected);
    if (isSelected) next.set(member.id, member);
    else next.delete(member.id);
    setSelected(next);
  };
  const hasBlocks = list.row(0)?.blocked !== undefined;
  const save = (name, type, text) =>
    attempt(async () => download(`${id}.${name}`, type, text(await list.all())));
  const opened = query.get('member');
  const waiting = network.waitingCount;
  const row = (index, position) => {
    const member = list.row(index);
    if (!member) return html`<div key=${'empty' + index} class="row blank" role="row" ...${position}></div>`;
    return html`<${MemberRow} key=${member.id} member=${member} index=${index} position=${position} columns=${columns}
      status=${status} definitions=${definitions} isSelected=${selected.has(member.id)} isOpened=${opened === member.id}
      select=${mayAuthorize ? select : null} done=${list.refresh} />`;
  };
  // What the panel covers there cannot be used, by keyboard neither.
  const isCovered = opened !== null && isOverlay;
  return html`<main class="members">
    <div class="contents" inert=${isCovered}><${NetworkHead} network=${network} current="members" />
    <div class="tools">
      <${MemberSearch} search=${search} hasBlocks=${hasBlocks} problem=${list.problem?.fields?.q} />
      <div class="actions">
        ${mayAuthorize && html`<${Button} onClick=${() => setAdding(true)}>${t('members.add')}<//>`}
        <${Columns} shown=${columns} />
        <${Menu} label=${t('members.export')}>
          <${Button} kind="item" onClick=${() => save('csv', 'text/csv', csv)}>${t('export.csv')}<//>
          <${Button} kind="item" onClick=${() => save('csv', 'text/csv', members => csvOfColumns(members, columns, definitions))}>
            ${t('export.columns')}<//>
          <${Button} kind="item" onClick=${() => save('hosts', 'text/plain', hosts)}>${t('export.hosts')}<//>
        <//>
      </div>
    </div>
    <p class="counts"><span>${count(list.matching, 'members.one', 'members.many')}${search && ' ' + t('members.of', { number: list.total.toLocaleString('en') })}</span>
      ${waiting > 0 && html`<span class="badge wait">${count(waiting, 'waiting.one', 'waiting.many')}</span>`}
      ${network.removedCount > 0 && html`<${Link} href=${`/networks/${id}/bin`}>${count(network.removedCount, 'removed.one', 'removed.many')}<//>`}</p>
    ${list.problem && !list.problem.fields?.q && html`<p class="error" role="alert">${list.problem.message}</p>`}
    ${selected.size > 0 &&
    html`<${Selection} network=${id} selected=${selected} setSelected=${setSelected} list=${list} hasBlocks=${hasBlocks} />`}</div>
    <div class=${opened ? 'split opened' : 'split'}>
      ${list.isKnown && list.matching === 0
        ? html`<div class="empty"><p>${t(search ? 'search.nothing' : 'members.none')}</p></div>`
        : html`<${VirtualRows} count=${list.matching} rowHeight=${isNarrow ? NARROW_ROW_HEIGHT : ROW_HEIGHT}
            row=${row} onRange=${(first, last) => list.show(first, last)} label=${t('tab.members')} inert=${isCovered}
            header=${html`<${MemberHeader} columns=${columns} sort=${sort} hasSelect=${mayAuthorize} />`} />`}
      ${opened && html`<${MemberPanel} key=${opened} network=${id} id=${opened} status=${status} done=${list.refresh} />`}
    </div>
    ${isAdding && html`<${AddMember} network=${id} close=${() => setAdding(false)} done=${list.refresh} />`}
  </main>`;
}
