// SPDX-License-Identifier: Apache-2.0
// The user's own account: password, codes, sessions and API tokens.
import { html, useEffect, useState } from 'base/lib.js';
import { api, loadSession } from 'base/api.js';
import { ago, dateTime, plain } from 'base/format.js';
import { qrCode } from 'base/qr.js';
import { session, useSession } from 'base/session.js';
import { t } from 'base/strings.js';
import { Form, GrantFields, LEVELS, Table, grantText, shortAgent, wantedGrant } from 'parts/access.js';
import { allNetworks } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, CopyLine, Field, Select, focusButton, useTitle } from 'parts/ui.js';
import { LIFETIMES_S } from 'views/tokens.js';

/** The name is for programs that keep passwords. */
const current = error => html`<input hidden readonly autocomplete="username" value=${session.get().user.name} /><${Field} name="password" type="password" label=${t('account.current')} error=${error('password')}
  autocomplete="current-password" required />`;

function Password() {
  const submit = async form => {
    const { password, newPassword } = Object.fromEntries(form);
    session.set(await api.post('/account/password', { password, newPassword }));
    notify(t('account.passwordDone'));
  };
  return html`<section class="card"><h2>${t('login.password')}</h2><p class="hint">${t('account.passwordText')}</p>
    <${Form} action=${t('account.passwordDo')} submit=${submit}>${error => html`<div class="inline level">${current(error)}
      <${Field} name="newPassword" type="password" label=${t('setup.password')} hint=${t('setup.passwordHint')}
        error=${error('newPassword')} autocomplete="new-password" required /></div>`}<//></section>`;
}

/** The light border is part of the code; it stays dark on light in both colour schemes. */
function Picture({ text }) {
  const rows = qrCode(text);
  if (!rows) return null;
  const size = rows.length + 8;
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
  return html`<svg class="code" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${t('account.picture')}>
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#000" shape-rendering="crispEdges" /></svg>`;
}

function Codes({ user }) {
  const [secret, setSecret] = useState(null);
  const begin = async form => setSecret(await api.post('/account/totp', { password: form.get('password') }));
  const confirm = async form => {
    await api.post('/account/totp/confirm', { code: form.get('code').trim() });
    setSecret(null);
    await loadSession();
    notify(t('account.codesOn'));
  };
  const remove = async form => {
    await api.post('/account/totp/remove', { password: form.get('password') });
    await loadSession();
    notify(t('account.codesOff'));
  };
  return html`<section class="card"><h2>${t('account.codes')}</h2><p class="hint">${t(user.totp ? 'account.codesAre' : 'account.codesText')}</p>
    ${secret
      ? html`<p>${t('account.secret')}</p><${Picture} text=${secret.uri} /><${CopyLine} label=${t('account.secretLabel')} text=${secret.secret} />
        <p><a href=${secret.uri}>${t('account.secretOpen')}</a></p>
        <${Form} action=${t('account.confirm')} kind="main" submit=${confirm}>${error => html`<${Field} name="code" label=${t('login.code')}
          error=${error('code')} inputmode="numeric" autocomplete="one-time-code" maxlength="10" required />`}<//>`
      : html`<${Form} key=${user.totp} action=${t(user.totp ? 'account.codesRemove' : 'account.codesDo')} submit=${user.totp ? remove : begin}>${current}<//>`}
  </section>`;
}

function Sessions() {
  const [all, setAll] = useState([]);
  const load = () => attempt(async () => setAll((await api.get('/account/sessions')).sessions));
  useEffect(() => void load(), []);
  const end = each => attempt(() => api.delete('/account/sessions/' + each.id)).then(load);
  return html`<section class="card"><h2>${t('account.sessions')}</h2>
    <${Table} label=${t('account.sessions')} columns=${[t('account.from'), t('account.agent'), t('account.opened'), t('account.used')]}>
      ${all.map(
        each => html`<tr key=${each.id}><td class="strong">${plain(each.from)}</td><td title=${plain(each.agent)}>${shortAgent(each.agent)}</td>
          <td>${dateTime(each.createdMs)}</td><td>${ago(each.usedMs)}</td>
          <td class="number">${each.current ? t('account.this') : html`<${Button} kind="danger"
            aria-label=${t('account.endWhat', { from: plain(each.from) })} onClick=${() => end(each)}>${t('account.end')}<//>`}</td></tr>`,
      )}<//></section>`;
}

function ApiTokens({ user }) {
  const [all, setAll] = useState([]);
  const [networks, setNetworks] = useState([]);
  const [made, setMade] = useState(null);
  const load = () =>
    attempt(async () => {
      setAll((await api.get('/account/tokens')).tokens);
      setNetworks(await allNetworks());
    });
  useEffect(() => void load(), []);
  const make = async form => {
    setMade(
      await api.post('/account/tokens', { name: form.get('name'), expiresInS: Number(form.get('expiresInS')), ...wantedGrant(form) }),
    );
    await load();
  };
  const revoke = each =>
    attempt(async () => {
      await api.delete('/account/tokens/' + each.id);
      if (made?.id === each.id) setMade(null);
      await load();
    });
  return html`<section class="card"><h2>${t('account.tokens')}</h2><p class="hint">${t('account.tokensText')}</p>
    ${made
      ? html`<div ref=${focusButton}><p class="strong">${t('account.tokenOnce')}</p><${CopyLine} label=${t('account.token')} text=${made.token} />
          <${Button} onClick=${() => setMade(null)}>${t('tokens.onceDone')}<//></div>`
      : html`<${Form} action=${t('tokens.makeDo')} submit=${make}>${error => html`<div class="inline level">
          <${Field} name="name" label=${t('tokens.name')} error=${error('name')} autocomplete="off" required />
          <${Select} name="expiresInS" label=${t('tokens.lifetime')} value=${LIFETIMES_S[3]}
            options=${LIFETIMES_S.map(each => [each, t('lifetime.' + each)])} />
          <${GrantFields} networks=${networks} grant=${{ permission: 'read', networks: user.networks }}
            levels=${LEVELS.slice(0, LEVELS.indexOf(user.permission) + 1)} /></div>
          ${error('permission') && html`<p class="error" role="alert">${error('permission')}</p>`}`}<//>`}
    ${all.length > 0 && html`<${Table} label=${t('account.tokens')} columns=${[t('tokens.name'), t('access.role'), t('tokens.expires')]}>
      ${all.map(
        each => html`<tr key=${each.id}><td class="strong">${plain(each.name)}</td><td>${grantText(each, networks)}</td>
          <td>${dateTime(each.expiresMs)}</td><td class="number"><${Button} kind="danger"
            aria-label=${t('tokens.revokeWhat', { name: plain(each.name) })} onClick=${() => revoke(each)}>${t('tokens.revoke')}<//></td></tr>`,
      )}<//>`}</section>`;
}

export function Account() {
  const { user } = useSession();
  useTitle(t('account.title'));
  return html`<main class="settings wide"><div class="head"><h1>${t('account.title')}: ${user.name}</h1>
      <p class="hint">${grantText(user, [])}</p></div>
    <${Password} /><${Codes} user=${user} /><${Sessions} /><${ApiTokens} user=${user} /></main>`;
}
