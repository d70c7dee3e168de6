// SPDX-License-Identifier: Apache-2.0
import { html, useState } from 'base/lib.js';
import { logIn } from 'base/api.js';
import { sessionHasEnded } from 'base/session.js';
import { t } from 'base/strings.js';
import { Button, Field, focusFirst, useTitle } from 'parts/ui.js';

export function LogIn() {
  useTitle(t('login.title'));
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const submit = async event => {
    event.preventDefault();
    const form = new FormData(event.target);
    setBusy(true);
    setError('');
    try {
      await logIn(form.get('name'), form.get('password'), form.get('code').trim());
    } catch (problem) {
      setError(problem.message);
      setBusy(false);
    }
  };
  return html`<main class="gate"><form class="card" ref=${focusFirst} onSubmit=${submit}>
    <h1><span class="mark" aria-hidden="true"></span>${t('login.title')}</h1>
    ${sessionHasEnded() && html`<p role="status">${t('login.ended')}</p>`}
    <${Field} label=${t('login.name')} name="name" autocomplete="username" required />
    <${Field} label=${t('login.password')} name="password" type="password" autocomplete="current-password" required />
    <${Field} label=${t('login.code')} name="code" hint=${t('login.codeHint')} inputmode="numeric"
      autocomplete="one-time-code" maxlength="10" />
    ${error && html`<p class="error" role="alert">${error}</p>`}
    <${Button} kind="main" type="submit" busy=${busy}>${t('login.do')}<//>
  </form></main>`;
}
