// SPDX-License-Identifier: Apache-2.0
// Who may log in, and what they may do.
import { html, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { setQuery, useLocation } from 'base/router.js';
import { useSession } from 'base/session.js';
import { t } from 'base/strings.js';
import { Form, GrantFields, Table, grantText, wantedGrant } from 'parts/access.js';
import { allNetworks } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, CopyLine, Dialog, Field, focusButton, useTitle } from 'parts/ui.js';

const stateOf = user => (user.disabled ? 'disabled' : user.hasPassword ? 'active' : 'invited');

/** One user: what it may do, another password, and its end. */
function Edit({ user, networks, isSelf, close, done, showLink }) {
  const path = '/users/' + user.id;
  const change = async (changes, text) => {
    const saved = await api.patch(path, changes, user.revision);
    notify(text);
    done(saved);
  };
  const name = user.name;
  const [isDeleting, setDeleting] = useState(false);
  const remove = async () => {
    await api.delete(path, user.revision);
    notify(t('done.removed', { member: name }));
    done();
  };
  if (isDeleting) {
    return html`<${Dialog} title=${name} onClose=${close}>
      <p>${t('users.deleteText', { name })}</p>
      <div class="buttons"><${Button} onClick=${() => setDeleting(false)}>${t('cancel')}<//>
        <${Button} kind="danger" onClick=${() => attempt(remove)}>${t('users.delete')}<//></div><//>`;
  }
  return html`<${Dialog} title=${name} onClose=${close}>
    <p class="hint">${t('users.ends')}</p>
    <${Form} action=${t('users.save')} kind="main" submit=${form => change(wantedGrant(form), t('users.changed', { name }))}>
      ${() => html`<${GrantFields} networks=${networks} grant=${user} />`}<//>
    <div class="buttons">
      ${!user.disabled && html`<${Button} onClick=${() => attempt(async () => showLink(name, (await api.post(path + '/link', {})).link))}>${t('users.link')}<//>`}
      ${!isSelf && html`<${Button} onClick=${() =>
        attempt(() => change({ disabled: !user.disabled }, t(user.disabled ? 'users.enabled' : 'users.disabled', { name })))}>
        ${t(user.disabled ? 'users.enable' : 'users.disable')}<//>
        <${Button} kind="danger" onClick=${() => setDeleting(true)}>${t('users.deleteDo')}<//>`}
      <${Button} onClick=${close}>${t('close')}<//></div>
  <//>`;
}

export function Users() {
  useTitle(t('users.title'));
  const { query } = useLocation();
  const { user: self } = useSession();
  const [users, setUsers] = useState(null);
  const [networks, setNetworks] = useState([]);
  const [link, setLink] = useState(null);
  const load = () =>
    attempt(async () => {
      setNetworks(await allNetworks());
      setUsers((await api.get('/users')).users);
    });
  useEffect(() => void load(), []);
  const close = () => setQuery({ user: null });
  /** Shows a changed user at once, so that the next change is made from its revision. */
  const done = saved => {
    if (saved) setUsers(before => before.map(each => (each.id === saved.id ? saved : each)));
    close();
    load();
  };
  const showLink = (name, url) => {
    close();
    setLink({ name, url });
  };
  const create = async form => {
    const made = await api.post('/users', { name: form.get('name').trim(), ...wantedGrant(form) });
    showLink(made.name, made.link);
    await load();
  };
  const opened = users?.find(each => String(each.id) === query.get('user'));
  return html`<main class="settings wide"><div class="head"><h1>${t('users.title')}</h1></div>
    ${link
      ? html`<section class="card" ref=${focusButton}><h2>${t('users.linkFor', { name: link.name })}</h2><p class="hint">${t('users.linkText')}</p>
          <${CopyLine} label=${t('users.link')} text=${link.url} />
          <div><${Button} onClick=${() => setLink(null)}>${t('tokens.onceDone')}<//></div></section>`
      : html`<section class="card"><h2>${t('users.create')}</h2><p class="hint">${t('users.text')}</p>
          <${Form} action=${t('users.createDo')} kind="main" submit=${create}>${error => html`<div class="inline level">
            <${Field} name="name" label=${t('login.name')} error=${error('name')} autocomplete="off" spellcheck=${false} required />
            <${GrantFields} networks=${networks} /></div>`}<//></section>`}
    ${users && html`<${Table} label=${t('users.title')} columns=${[t('login.name'), t('access.role'), t('column.state'), t('account.codes')]}>
      ${users.map(
        each => html`<tr key=${each.id}><td class="strong">${each.name}</td><td>${grantText(each, networks)}</td>
          <td>${t('users.' + stateOf(each) + 'State')}</td><td>${t(each.totp ? 'users.codesOn' : 'users.codesOff')}</td>
          <td class="number"><${Button} aria-label=${t('users.editWhat', { name: each.name })}
            onClick=${() => setQuery({ user: each.id })}>${t('users.edit')}<//></td></tr>`,
      )}<//>`}
    ${opened && html`<${Edit} key=${opened.id} user=${opened} networks=${networks} isSelf=${opened.id === self.id} close=${close}
      done=${done} showLink=${showLink} />`}
  </main>`;
}
