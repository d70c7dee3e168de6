// SPDX-License-Identifier: Apache-2.0
// The members that were removed from a network, and can be restored.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { ago, dateTime } from 'base/format.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { binPath, restoreWithUndo, titleOf } from 'parts/memberactions.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, Dialog, useTitle } from 'parts/ui.js';

const EVERY_MS = 500;
const SHOWN = 1000;

export function Bin({ network: id }) {
  const { network, problem } = useNetwork(id);
  const [found, setFound] = useState(null);
  const [purging, setPurging] = useState(null);
  const load = useCallback(
    throttle(() => api.get(`${binPath(id)}?limit=${SHOWN}`).then(setFound, () => {}), EVERY_MS),
    [id],
  );
  useEffect(load, [load]);
  useChanges(change => (change.type === 'reset' || change.network === id) && load());
  useTitle(network && t('bin.title') + ' · ' + networkName(network));
  if (!network || !found) return html`<${NoNetwork} problem=${problem} />`;
  const purge = async () => {
    if (await attempt(() => api.delete(`${binPath(id)}/${purging.id}`, purging.revision))) {
      notify(t('bin.purged', { member: titleOf(purging) }));
      load();
    }
    setPurging(null);
  };
  const row = each => {
    const title = titleOf(each);
    return html`<tr key=${each.id}><td>${title}</td><td><code>${each.id}</code></td>
      <td><code>${each.addresses.join(', ')}</code></td>
      <td><span title=${dateTime(each.removedMs)}>${ago(each.removedMs)}</span></td>
      <td>${dateTime(each.expiresMs)}</td>
      <td>${may('operate', id) && html`
        <${Button} aria-label=${t('bin.restoreWhat', { member: title })}
          onClick=${() => attempt(() => restoreWithUndo(each, each.name, load))}>${t('bin.restore')}<//>
        <${Button} kind="plain" aria-label=${t('bin.purgeWhat', { member: title })} onClick=${() => setPurging(each)}>${t('bin.purge')}<//>`}
      </td></tr>`;
  };
  return html`<main>
    <${NetworkHead} network=${network} current="bin" />
    <p class="hint">${t('bin.text')}</p>
    ${found.total === 0
      ? html`<div class="empty"><p>${t('bin.none')}</p></div>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label=${t('bin.title')}><table><thead><tr>
          ${['member.name', 'member.address', 'member.ips', 'bin.removed', 'bin.until'].map(each => html`<th scope="col">${t(each)}</th>`)}
          <th scope="col"><span class="hidden">${t('column.more')}</span></th></tr></thead>
          <tbody>${found.members.map(row)}</tbody></table></div>
        ${found.total > SHOWN && html`<p class="hint">${t('bin.more', { number: found.total - SHOWN })}</p>`}`}
    ${purging && html`<${Dialog} title=${t('bin.purge')} onClose=${() => setPurging(null)}>
      <p>${t('bin.purgeText', { member: titleOf(purging) })}</p>
      <div class="buttons"><${Button} onClick=${() => setPurging(null)}>${t('cancel')}<//>
        <${Button} kind="danger" onClick=${purge}>${t('bin.purge')}<//></div><//>`}
  </main>`;
}
