// SPDX-License-Identifier: Apache-2.0
// The controller's version, health, settings and backup.
import { html, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { ago, count, plain } from 'base/format.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { download } from 'parts/memberexport.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, useTitle } from 'parts/ui.js';
import { Webhook } from 'parts/webhook.js';

const MIN_FREE_BYTES = 1e9;
const mega = bytes => t('about.size', { number: Math.ceil(bytes / 1e6).toLocaleString('en') });

function lastBackup({ backupProblem: problem, lastBackupMs }) {
  const when = ago(lastBackupMs);
  return problem ? t('about.backupFailed', { ago: when, why: plain(problem) }) : t('about.backedUp', { ago: when });
}

function Health({ health }) {
  const line = (isGood, text) =>
    html`<li><span class=${isGood ? 'state online' : 'state blocked'}><span class="dot" aria-hidden="true"></span>${text}</span></li>`;
  return html`<section class="card"><h2>${t('about.health')}</h2><ul class="items">
    ${line(health.online, t(health.online ? 'about.online' : 'about.offline'))}
    ${line(true, count(health.directPeers, 'about.direct1', 'about.direct') + ', ' + t('about.relayed', { number: health.relayedPeers }))}
    ${line(!health.saveProblem, health.saveProblem ? plain(health.saveProblem) : t('about.saves', { size: mega(health.databaseBytes) }))}
    ${health.lastBackupMs > 0 && line(!health.backupProblem, lastBackup(health))}
    ${line(health.freeBytes > MIN_FREE_BYTES, t('about.free', { size: mega(health.freeBytes) }))}
  </ul></section>`;
}

function Backup({ onEnd }) {
  const [busy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    await attempt(async () => {
      const { blob, name } = await api.post('/backup', {});
      download(name, blob.type, blob);
      notify(t('about.backupDone', { name }));
    });
    setBusy(false);
    onEnd();
  };
  return html`<section class="card"><h2>${t('about.backup')}</h2><p class="hint">${t('about.backupText')}</p>
    <div><${Button} busy=${busy} onClick=${save}>${t('about.backupDo')}<//></div></section>`;
}

export function About({ status }) {
  useTitle(t('about.title'));
  const isAdmin = may('admin');
  const [health, setHealth] = useState(null);
  const load = () => attempt(async () => setHealth(await api.get('/health')));
  useEffect(() => {
    if (isAdmin) load();
  }, []);
  const fact = (key, value) => html`<dt>${t(key)}</dt><dd>${value}</dd>`;
  return html`<main class="settings"><div class="head"><h1>${t('about.title')}</h1></div>
    <section class="card"><dl class="facts-list">
      ${fact('about.version', plain(status.version))}${fact('about.protocol', plain(status.nodeVersion))}
      ${fact('about.address', html`<code>${status.address}</code>`)}
      ${health && html`${fact('about.home', html`<code>${plain(health.home)}</code>`)}${fact('about.started', ago(health.startedMs))}
        ${fact('about.memory', mega(health.memoryBytes))}`}</dl></section>
    ${health && html`<${Health} health=${health} />`}
    <section class="card"><h2>${t('about.settings')}</h2><p class="hint">${t('about.settingsText')}</p></section>
    ${isAdmin && html`<${Webhook} /><${Backup} onEnd=${load} />`}
  </main>`;
}
