// SPDX-License-Identifier: Apache-2.0
// How devices join: the line for their shell, those that wait, and whether they are in touch.
import { html, useCallback, useEffect, useRef, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges, usePolling } from 'base/events.js';
import { ago, endpoint, joinLine, pingLine, plain } from 'base/format.js';
import { Link } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { changeWithUndo, titleOf } from 'parts/memberactions.js';
import { linkText } from 'parts/memberstate.js';
import { NetworkHead, NoNetwork, WAITING, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt } from 'parts/notices.js';
import { TokenLines } from 'parts/tokenlines.js';
import { Button, CopyLine, Field, useTitle } from 'parts/ui.js';

const EVERY_MS = 200;
const POLL_MS = 1000;
const WAITING_SHOWN = 20;
const JOINED_SHOWN = 8;
const TOKEN_S = 3600;
const TOKEN_USES = 10;

/** One that waits: what is known of it, a name that is offered, and its authorization. */
function Waiting({ member, offered, done }) {
  const [name, setName] = useState(null);
  const [busy, setBusy] = useState(false);
  const wanted = name ?? (member.name || member.hostName || offered);
  const authorize = async event => {
    event.preventDefault();
    setBusy(true);
    await attempt(async () => {
      await changeWithUndo(
        member,
        { authorized: true, name: wanted },
        t('done.authorized', { member: plain(wanted) || member.id }),
        done,
      );
    });
    setBusy(false);
  };
  return html`<li class="device"><form onSubmit=${authorize}>
    <div class="facts">
      <code class="strong">${member.id}</code>
      <span>${t('join.asked', { when: ago(member.seenMs || member.createdMs) })}</span>
      ${member.hostName && html`<span>${t('member.hostName')} ${plain(member.hostName)}</span>`}
      ${member.version && html`<span>${t('member.version')} ${plain(member.version)}</span>`}
      ${member.endpoint && html`<span>${t('join.from', { endpoint: endpoint(member.endpoint) })}</span>`}
    </div>
    <div class="inline">
      <${Field} label=${t('join.name')} value=${wanted} maxlength="127" onInput=${event => setName(event.target.value)} />
      <${Button} kind="main" type="submit" busy=${busy} aria-label=${t('join.authorizeWhat', { member: member.id })}>
        ${t('member.authorize')}<//>
    </div>
  </form></li>`;
}

/** A token for the first devices, by one click: it authorizes them. */
function ByToken({ network }) {
  const [token, setToken] = useState(null);
  const [busy, setBusy] = useState(false);
  const make = async () => {
    setBusy(true);
    await attempt(async () => {
      setToken(await api.post(`/networks/${network}/join-tokens`, { expiresInS: TOKEN_S, maxUses: TOKEN_USES }));
    });
    setBusy(false);
  };
  return token
    ? html`<p>${t('join.tokenMade')}</p><${TokenLines} network=${network} token=${token} copy=${true} />`
    : html`<p class="hint">${t('join.tokenText', { number: TOKEN_USES })}</p>
        <div><${Button} busy=${busy} onClick=${make}>${t('join.token')}<//></div>`;
}

function Joined({ member }) {
  const ip = member.addresses[0];
  const isInTouch = member.link === 'DIRECT' || member.link === 'RELAY';
  return html`<li class="device">
    <div class="facts"><span class="strong">${titleOf(member)}</span>${titleOf(member) !== member.id && html`<code>${member.id}</code>`}</div>
    ${ip
      ? html`<${CopyLine} text=${pingLine(ip)} label=${t('join.pingLine', { member: titleOf(member) })} />`
      : html`<p class="hint">${t('join.noAddress')}</p>`}
    <p class=${isInTouch ? 'touch good' : 'touch'}><span class="dot" aria-hidden="true"></span>
      ${isInTouch ? t('join.inTouch', { link: linkText(member) }) : t('join.notInTouch')}</p>
  </li>`;
}

export function Join({ network: id }) {
  const { network, problem } = useNetwork(id);
  const [waiting, setWaiting] = useState(null);
  const [joined, setJoined] = useState({ members: [], matching: 0 });
  const heard = useRef('');
  useTitle(network && t('tab.join') + ' · ' + networkName(network));
  const list = (search, sort, limit) =>
    api.get(`/networks/${id}/members?q=${encodeURIComponent(search)}&sort=${sort}&limit=${limit}`);
  const load = useCallback(
    throttle(async () => {
      try {
        const [waits, is] = await Promise.all([
          list(WAITING, 'waiting', WAITING_SHOWN),
          list('authorized:yes', '-created', JOINED_SHOWN),
        ]);
        setWaiting(waits);
        setJoined(is);
      } catch {
        // The head of the view says why; the next change or poll tries again.
      }
    }, EVERY_MS),
    [id],
  );
  useEffect(load, [load]);
  useChanges(each => (each.type === 'reset' || each.network === id) && load());
  usePolling(load, POLL_MS);
  if (!network) return html`<${NoNetwork} problem=${problem} />`;
  const mayAuthorize = may('authorize', id);
  const first = waiting?.members[0];
  if (first) heard.current = t('join.heard', { member: first.id });
  const inTouch = joined.members.filter(each => each.link === 'DIRECT' || each.link === 'RELAY').length;
  return html`<main>
    <${NetworkHead} network=${network} current="join" />
    <ol class="steps">
      <li class="card"><h2>${t('join.step1')}</h2>
        <p>${t('join.step1Text')}</p>
        <${CopyLine} text=${joinLine(network.id)} label=${t('join.line')} />
        ${may('operate', id) && html`<${ByToken} network=${id} />`}
        ${network.routes.length > 0 &&
        html`<p class="hint">${t('join.subnet', { subnet: network.routes.map(each => each.target).join(', ') })}</p>`}
      </li>
      <li class="card"><h2>${t('join.step2')}</h2>
        ${waiting?.members.length
          ? html`<ul class="devices">${waiting.members.map((each, index) =>
              mayAuthorize
                ? html`<${Waiting} key=${each.id} member=${each} done=${load}
                    offered=${t('join.offered', { number: joined.matching + 1 + index })} />`
                : html`<li key=${each.id} class="device"><code>${each.id}</code></li>`)}</ul>`
          : html`<p class="listening"><span class="pulse" aria-hidden="true"></span>${t('join.nobody')}</p>`}
        ${waiting && waiting.matching > waiting.members.length &&
        html`<p><${Link} href=${`/networks/${id}?q=${WAITING}`}>${t('join.more', { number: waiting.matching - waiting.members.length })}<//></p>`}
        <p class="hidden" role="status">${heard.current}</p>
      </li>
      <li class="card"><h2>${t('join.step3')}</h2>
        ${joined.members.length
          ? html`<p>${t('join.step3Text')}</p>
              <ul class="devices">${joined.members.map(each => html`<${Joined} key=${each.id} member=${each} />`)}</ul>
              <p role="status" class=${inTouch >= 2 ? 'touch good' : 'hidden'}>
                ${inTouch >= 2 ? t('join.allInTouch', { number: inTouch }) : ''}</p>`
          : html`<p class="hint">${t('join.step3None')}</p>`}
      </li>
    </ol>
  </main>`;
}
