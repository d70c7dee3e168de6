// SPDX-License-Identifier: Apache-2.0
// A one-time link: the first administrator, or another password.
import { html, useState } from 'base/lib.js';
import { api, logIn } from 'base/api.js';
import { Link, navigate } from 'base/router.js';
import { t } from 'base/strings.js';
import { Button, Field, focusFirst, useTitle } from 'parts/ui.js';

/** The secret leaves the address bar and the history at once. */
let secret = '';

/** Whose link it is; empty for that of the first administrator, who chooses a name. */
let user = '';
if (location.pathname === '/setup') {
  secret = location.hash.slice(1);
  user = new URLSearchParams(location.search).get('user') || '';
  history.replaceState(null, '', '/setup');
}

export function SetUp() {
  const title = user && secret ? t('setup.titleFor', { name: user }) : t('setup.title');
  useTitle(title);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  const submit = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const password = form.get('password');
    setBusy(true);
    setProblem(null);
    try {
      const name = user || form.get('name') || undefined;
      const account = await api.post('/setup', { token: secret, name, password });
      if (account.totp) {
        navigate('/', { replace: true });
        return;
      }
      await logIn(account.name, password, '');
      navigate('/', { replace: true });
    } catch (found) {
      setProblem(found);
      setBusy(false);
    }
  };
  if (!secret) {
    return html`<main class="gate"><div class="card">
      <h1>${t('setup.title')}</h1><p>${t('setup.noSecret')}</p><p><${Link} href="/">${t('login.title')}<//></p>
    </div></main>`;
  }
  const fields = problem?.fields || {};
  const isGeneral = problem && !fields.name && !fields.password;
  return html`<main class="gate"><form class="card" ref=${focusFirst} onSubmit=${submit}>
    <h1><span class="mark" aria-hidden="true"></span>${title}</h1>
    <p>${user ? t('setup.textFor', { name: user }) : t('setup.text')}</p>
    <${Field} label=${t('login.name')} name="name" error=${fields.name} autocomplete="username"
      value=${user || undefined} readonly=${Boolean(user)} />
    <${Field} label=${t('setup.password')} name="password" type="password" hint=${t('setup.passwordHint')}
      error=${fields.password} autocomplete="new-password" minlength="10" required />
    ${isGeneral && html`<p class="error" role="alert">${problem.message}</p>
      <p><${Link} href="/">${t('login.title')}<//></p>`}
    <${Button} kind="main" type="submit" busy=${busy}>${user ? t('setup.doFor') : t('setup.do')}<//>
  </form></main>`;
}
