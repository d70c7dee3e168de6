// SPDX-License-Identifier: Apache-2.0
// The join tokens of a network: devices that have one join without a person who authorizes them.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { dateTime, plain } from 'base/format.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { parseValue, tagHint, useDefinitions, valueText } from 'parts/membertags.js';
import { TokenLines } from 'parts/tokenlines.js';
import { Button, Field, Select, Switch, focusButton, useTitle } from 'parts/ui.js';

const EVERY_MS = 500;
export const LIFETIMES_S = [3600, 86400, 7 * 86400, 30 * 86400, 365 * 86400];

const state = token =>
  token.usable ? 'tokens.usable' : token.uses >= token.maxUses ? 'tokens.used' : 'tokens.expired';

const words = text => text.split(/[\s,]+/).filter(Boolean);

/** The tags that a form gives; those that are left empty are not given. */
function wantedTags(form, definitions) {
  const tags = {};
  for (const each of definitions?.tags || []) {
    const value = parseValue(each, form.get('member.tags.' + each.id));
    if (value !== null) tags[each.id] = value;
  }
  return tags;
}

function wanted(form, authorized, definitions) {
  const text = name => form.get(name).trim();
  const maxUses = text('maxUses');
  return {
    name: text('name'),
    expiresInS: Number(form.get('expiresInS')),
    maxUses: /^\d+$/.test(maxUses) ? Number(maxUses) : maxUses,
    member: {
      authorized,
      name: text('member.name'),
      labels: words(text('member.labels')),
      addresses: words(text('member.addresses')),
      tags: wantedTags(form, definitions),
      notes: form.get('member.notes'),
    },
  };
}

function Make({ network, definitions, made }) {
  const [authorized, setAuthorized] = useState(true);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const submit = async event => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      made(await api.post(`/networks/${network}/join-tokens`, wanted(new FormData(event.target), authorized, definitions)));
    } catch (found) {
      setProblem(found);
      setBusy(false);
    }
  };
  const errors = Object.entries(problem?.fields || {});
  const shown = new Set();
  const field = (name, label, more) => {
    const error = errors.find(([each]) => each.startsWith(name) && !shown.has(each));
    if (error) shown.add(error[0]);
    return html`<${Field} name=${name} label=${label} error=${error?.[1]} autocomplete="off" ...${more} />`;
  };
  const fields = html`
    <div class="inline level">${field('name', t('tokens.name'), { hint: t('tokens.nameHint') })}
      <${Select} name="expiresInS" label=${t('tokens.lifetime')} value=${86400}
        options=${LIFETIMES_S.map(each => [each, t('lifetime.' + each)])} />
      ${field('maxUses', t('tokens.maxUses'), { defaultValue: '1', inputmode: 'numeric', required: true })}</div>
    <h3>${t('tokens.gives')}</h3>
    <div class="inline level">${field('member.name', t('tokens.member'))}
      ${field('member.labels', t('member.labels'))}
      ${field('member.addresses', t('member.ips'), { hint: t('tokens.ipsHint'), spellcheck: false })}
      ${definitions?.tags.map(each => field('member.tags.' + each.id, plain(each.name), { hint: tagHint(each, 'tokens.words') }))}</div>
    ${field('member.notes', t('member.notes'), { multiline: true })}`;
  const isGeneral = problem && shown.size < Math.max(1, errors.length);
  return html`<form class="card" onSubmit=${submit} novalidate><h2>${t('tokens.make')}</h2><p class="hint">${t('tokens.text')}</p>
    ${fields}
    <${Switch} label=${t('tokens.authorize')} hint=${t('tokens.authorizeHint')} checked=${authorized} onChange=${setAuthorized} />
    ${isGeneral && html`<p class="error" role="alert">${problem.message}</p>`}
    <div><${Button} kind="main" type="submit" busy=${busy}>${t('tokens.makeDo')}<//></div>
  </form>`;
}

function Made({ network, token, close }) {
  return html`<section class="card" ref=${focusButton} aria-label=${t('tokens.once')}><h2>${t('tokens.once')}</h2>
    <p class="hint">${t('tokens.onceText')}</p>
    <${TokenLines} network=${network} token=${token} />
    <div><${Button} onClick=${close}>${t('tokens.onceDone')}<//></div>
  </section>`;
}

function Row({ token, definitions, revoke }) {
  const { name, labels, addresses, authorized, tags } = token.member;
  const tagText = ([id, value]) => {
    const tag = definitions?.tags.find(each => String(each.id) === id);
    return tag ? `${tag.name}=${valueText(tag, value)}` : `${id}=${value}`;
  };
  const gives = [name, ...(labels || []).map(each => t('tokens.label', { label: each })), ...addresses, ...Object.entries(tags).map(tagText), !authorized && t('state.deauthorized')];
  const shownName = plain(token.name) || t('tokens.unnamed', { id: token.id });
  return html`<tr><td class="strong">${shownName}</td>
    <td><span class=${token.usable ? 'state online' : 'state offline'}>${t(state(token))}</span></td>
    <td class="number">${t('tokens.uses', { uses: token.uses.toLocaleString('en'), maxUses: token.maxUses.toLocaleString('en') })}</td>
    <td>${dateTime(token.expiresMs)}</td>
    <td class="wrap">${gives.filter(Boolean).map(plain).join(', ')}</td>
    <td class="number">${revoke && html`<${Button} kind="danger" aria-label=${t('tokens.revokeWhat', { name: shownName })}
      onClick=${() => revoke(token, shownName)}>${t('tokens.revoke')}<//>`}</td></tr>`;
}

export function Tokens({ network: id }) {
  const { network, problem } = useNetwork(id);
  const [tokens, setTokens] = useState(null);
  const [made, setMade] = useState(null);
  const definitions = useDefinitions(id);
  const path = `/networks/${id}/join-tokens`;
  const load = useCallback(
    throttle(() => attempt(async () => setTokens((await api.get(path)).tokens.sort((a, b) => b.createdMs - a.createdMs))), EVERY_MS),
    [path],
  );
  useEffect(load, [load]);
  useChanges(change => (change.type === 'reset' || change.network === id) && load());
  useTitle(network && t('tab.tokens') + ' · ' + networkName(network));
  if (!network) return html`<${NoNetwork} problem=${problem} />`;
  const mayMake = may('operate', id);
  const revoke = (token, name) =>
    attempt(async () => {
      await api.delete(`${path}/${token.id}`);
      if (made?.id === token.id) setMade(null);
      notify(t('tokens.revoked', { name }));
      load();
    });
  return html`<main class="settings wide">
    <${NetworkHead} network=${network} current="tokens" />
    ${made && html`<${Made} network=${id} token=${made} close=${() => setMade(null)} />`}
    ${mayMake && !made && html`<${Make} network=${id} definitions=${definitions} made=${token => (setMade(token), load())} />`}
    ${tokens?.length === 0 && html`<p class="hint">${t('tokens.none')}</p>`}
    ${tokens?.length > 0 && html`<div class="scroll" tabindex="0" role="region" aria-label=${t('tab.tokens')}><table>
      <thead><tr><th>${t('tokens.name')}</th><th>${t('column.state')}</th><th class="number">${t('tokens.usesTitle')}</th>
        <th>${t('tokens.expires')}</th><th>${t('tokens.gives')}</th><th><span class="hidden">${t('tokens.revoke')}</span></th></tr></thead>
      <tbody>${tokens.map(each => html`<${Row} key=${each.id} token=${each} definitions=${definitions} revoke=${mayMake ? revoke : null} />`)}</tbody>
    </table></div>`}
  </main>`;
}
