// SPDX-License-Identifier: Apache-2.0
// The webhook of the controller: where it reports what a person has to see.
import { html, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { ago, plain } from 'base/format.js';
import { t } from 'base/strings.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, CopyLine, Field, Switch } from 'parts/ui.js';

const EVENTS = ['waiting', 'device-down', 'storage', 'backup'];

function Outcome({ hook }) {
  if (hook.lastError) return html`<p class="error">${t('hook.failed', { why: plain(hook.lastError), pending: hook.pending })}</p>`;
  return html`<p class="hint">${hook.lastSentMs ? t('hook.sent', { ago: ago(hook.lastSentMs) }) : t('hook.unused')}</p>`;
}

export function Webhook() {
  const [hook, setHook] = useState(null);
  const [url, setUrl] = useState('');
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState('');
  const show = found => {
    setHook(found);
    setUrl(found.url);
  };
  const load = () => attempt(async () => show(await api.get('/webhook')));
  useEffect(() => void load(), []);
  if (!hook) return null;
  const run = async (what, work) => {
    setBusy(what);
    setProblem(null);
    try {
      await work();
    } catch (found) {
      setProblem(found);
    }
    setBusy('');
  };
  const change = (what, body) => run(what, async () => show(await api.patch('/webhook', body, hook.revision)));
  const save = event => {
    event.preventDefault();
    change('save', { url: url.trim(), events: hook.url ? hook.events : EVENTS });
  };
  const remove = () =>
    run('remove', async () => {
      await api.delete('/webhook', hook.revision);
      await load();
      notify(t('hook.removed'));
    });
  const test = () =>
    run('test', async () => {
      const { accepted, error } = await api.post('/webhook/test', {});
      notify(accepted ? t('hook.tested') : plain(error), { isError: !accepted });
    });
  const toggle = name => checked =>
    change('events', { events: EVENTS.filter(each => (each === name ? checked : hook.events.includes(each))) });
  return html`<section class="card"><h2>${t('hook.title')}</h2><p class="hint">${t('hook.text')}</p>
    <form onSubmit=${save} novalidate>
      <${Field} label=${t('hook.url')} type="url" value=${url} placeholder="https://" autocomplete="off" spellcheck=${false}
        error=${problem?.fields.url} onInput=${event => setUrl(event.target.value)} />
      <div><${Button} type="submit" busy=${busy === 'save'} disabled=${!url.trim() || url.trim() === hook.url}>${t('hook.save')}<//></div>
    </form>
    ${problem && !problem.fields.url && html`<p class="error" role="alert">${problem.message}</p>`}
    ${hook.secret && html`<p class="strong">${t('hook.secret')}</p><${CopyLine} text=${hook.secret} label=${t('hook.secretLabel')} />`}
    ${hook.url && html`${EVENTS.map(
        name => html`<${Switch} label=${t('hook.' + name)} checked=${hook.events.includes(name)} onChange=${toggle(name)} />`,
      )}
      <${Outcome} hook=${hook} />
      <div class="inline"><${Button} busy=${busy === 'test'} disabled=${busy !== ''} onClick=${test}>${t('hook.test')}<//>
        <${Button} kind="danger" busy=${busy === 'remove'} disabled=${busy !== ''} onClick=${remove}>${t('hook.remove')}<//></div>`}
  </section>`;
}
