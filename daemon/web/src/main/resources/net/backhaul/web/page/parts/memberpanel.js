// SPDX-License-Identifier: Apache-2.0
// All about one member, beside the table.
import { html, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges, usePolling } from 'base/events.js';
import { ago, dateTime, endpoint, pingLine, plain } from 'base/format.js';
import { setQuery } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { changeWithUndo, membersPath, remove, restoreWithUndo, setAuthorized, setBlocked, titleOf } from 'parts/memberactions.js';
import { ReplaceDevice } from 'parts/memberdialogs.js';
import { splitIps } from 'parts/memberrow.js';
import { Credentials, useDefinitions } from 'parts/membertags.js';
import { State, VersionText, linkText, seenText } from 'parts/memberstate.js';
import { attempt } from 'parts/notices.js';
import { Button, CopyLine, Linked, SavedField, Switch } from 'parts/ui.js';

const REFRESH_MS = 300;
const POLL_MS = 2000;

const close = () => setQuery({ member: null });

function Facts({ member, status }) {
  const fact = (key, value) => Boolean(value) && html`<dt>${t(key)}</dt><dd>${value}</dd>`;
  return html`<dl class="facts-list">
    ${fact('member.address', html`<code>${member.id}</code>`)}
    ${fact('member.hostName', member.hostName && plain(member.hostName))}
    ${fact('column.link', linkText(member))}
    ${fact('column.endpoint', member.endpoint && html`<code>${endpoint(member.endpoint)}</code>`)}
    ${fact('column.version', member.version && html`<${VersionText} member=${member} status=${status} />`)}
    ${fact('column.seen', html`<span title=${dateTime(member.seenMs)}>${seenText(member)}</span>`)}
    ${fact('member.created', html`<span title=${dateTime(member.createdMs)}>${ago(member.createdMs)}</span>`)}
    ${fact('member.authorizedAt', member.authorized && member.authorizedMs && html`<span title=${dateTime(member.authorizedMs)}>${ago(member.authorizedMs)}</span>`)}
  </dl>`;
}

function Editor({ member, done }) {
  const mayOperate = may('operate', member.network);
  const mayName = may('authorize', member.network);
  const [isWritingNotes, setWritingNotes] = useState(false);
  const save = (field, read = text => text) => async text => {
    const changes = { [field]: read(text) };
    const title = titleOf({ ...member, ...changes });
    await changeWithUndo(member, changes, t('done.changed', { member: title }), done);
    setWritingNotes(false);
  };
  const definitions = useDefinitions(member.network);
  const change = changes => changeWithUndo(member, changes, t('done.changed', { member: titleOf(member) }), done);
  const toggle = field => value => attempt(() => save(field)(value));
  return html`<${SavedField} label=${t('member.name')} value=${member.name} save=${save('name')} fieldName="name"
      maxlength="127" disabled=${!mayName} />
    ${member.notes !== undefined &&
    (isWritingNotes || !member.notes
      ? html`<${SavedField} label=${t('member.notes')} value=${member.notes} save=${save('notes')} fieldName="notes"
          multiline disabled=${!mayName} hint=${t('member.notesHint')} />`
      : html`<div class="field"><span class="label-text">${t('member.notes')}</span>
          <p class="notes"><${Linked} text=${member.notes} /></p>
          ${mayName && html`<${Button} kind="plain" onClick=${() => setWritingNotes(true)}>${t('member.notesEdit')}<//>`}</div>`)}
    ${member.labels !== undefined &&
    html`<${SavedField} label=${t('member.labels')} value=${member.labels.join(' ')} fieldName="labels" hint=${t('member.labelsHint')}
      save=${save('labels', text => text.split(/[\s,]+/).filter(Boolean))} disabled=${!mayName} />`}
    <${SavedField} label=${t('member.ips')} value=${member.addresses.join(', ')} save=${save('addresses', splitIps)}
      fieldName="addresses" hint=${t('member.ipsHint')} disabled=${!mayOperate} spellcheck=${false} />
    <${Switch} label=${t('member.autoAssign')} hint=${t('member.autoAssignHint')} checked=${member.autoAssign}
      disabled=${!mayOperate} onChange=${toggle('autoAssign')} />
    <${Switch} label=${t('member.bridge')} hint=${t('member.bridgeHint')} checked=${member.bridge}
      disabled=${!mayOperate} onChange=${toggle('bridge')} />
    ${definitions && html`<${Credentials} member=${member} definitions=${definitions} change=${change} disabled=${!mayOperate} />`}`;
}

export function MemberPanel({ network, id, status, done }) {
  const [member, setMember] = useState(null);
  const [problem, setProblem] = useState(null);
  const [isReplacing, setReplacing] = useState(false);
  const heading = useRef(null);
  const load = useCallback(
    throttle(
      () =>
        api.get(`${membersPath(network)}/${id}`).then(setMember, failure => {
          // It was removed elsewhere; with other failures what is shown stays.
          if (failure.status === 404) setMember(null);
          setProblem(failure);
        }),
      REFRESH_MS,
    ),
    [network, id],
  );
  useEffect(load, [load]);
  // As it is shown: later it would take the focus from a field that somebody already types into.
  useLayoutEffect(() => heading.current?.focus(), [member === null]);
  useLayoutEffect(() => {
    const panel = heading.current.closest('.panel');
    return () => {
      // The focus returns to where the panel was opened.
      if (panel.contains(document.activeElement)) document.querySelector(`[data-member="${id}"] .more button`)?.focus();
    };
  }, []);
  useEffect(() => {
    const onKeyDown = event => {
      if (event.key === 'Escape' && !document.querySelector('dialog[open], details[open]')) close();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  useChanges(change => (change.type === 'reset' || change.member === id) && load());
  usePolling(load, POLL_MS);
  const saved = now => {
    if (now) setMember(now);
    done();
  };
  const gone = () => {
    done();
    close();
  };
  const body = () => {
    const ip = member.addresses[0];
    const mayOperate = may('operate', network);
    return html`
      ${ip && html`<${CopyLine} text=${pingLine(ip)} label=${t('join.pingLine', { member: titleOf(member) })} />`}
      <${Facts} member=${member} status=${status} />
      ${may('authorize', network) &&
      html`<div class="buttons start">
        ${(member.authorized || !member.blocked) && html`<${Button} kind=${member.authorized ? '' : 'main'}
          onClick=${() => attempt(() => setAuthorized(member, !member.authorized, saved))}>
          ${t(member.authorized ? 'member.deauthorize' : 'member.authorize')}<//>`}
        ${member.blocked !== undefined &&
        html`<${Button} onClick=${() => attempt(() => setBlocked(member, !member.blocked, load))}>
          ${t(member.blocked ? 'member.unblock' : 'member.block')}<//>`}
        ${mayOperate && member.removed && !member.authorized && html`<${Button} kind="main"
          onClick=${() => attempt(() => restoreWithUndo(member, member.removed.name, saved))}>
          ${t('member.restore', { member: plain(member.removed.name) || id })}<//>`}
        ${mayOperate && html`<${Button} onClick=${() => setReplacing(true)}>${t('member.replace')}<//>
          <${Button} kind="danger" onClick=${() => attempt(() => remove(member, gone))}>${t('member.remove')}<//>`}
      </div>`}
      <${Editor} member=${member} done=${saved} />`;
  };
  return html`<aside class="panel" aria-label=${t('member.panel')}>
    <div class="panel-head">
      <h2 tabindex="-1" ref=${heading}>${member ? titleOf(member) : id}</h2>
      ${member && html`<${State} member=${member} />`}
      <${Button} kind="plain icon" aria-label=${t('close')} onClick=${close}>×<//>
    </div>
    ${member ? body() : problem && html`<p class="error" role="alert">${problem.message}</p>`}
    ${isReplacing && member &&
    html`<${ReplaceDevice} member=${member} close=${() => setReplacing(false)}
      done=${fresh => (done(), setQuery({ member: fresh.id }))} />`}
  </aside>`;
}
