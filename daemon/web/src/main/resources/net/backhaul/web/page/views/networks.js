// SPDX-License-Identifier: Apache-2.0
// All networks, who waits in them, and one click for another one.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { count } from 'base/format.js';
import { Link, navigate, setQuery, useLocation } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { WAITING, allNetworks, networkName } from 'parts/networkhead.js';
import { attempt } from 'parts/notices.js';
import { byNumber, byText, useSorting } from 'parts/sorting.js';
import { Button, focusButton, useTitle } from 'parts/ui.js';

const EVERY_MS = 500;

const ORDERS = {
  name: byText(networkName),
  id: byText(network => network.id),
  members: byNumber(network => network.authorizedCount),
  waiting: byNumber(network => network.waitingCount),
};

function matches(network, search) {
  const text = [network.id, network.name, ...(network.labels || []), ...network.routes.map(each => each.target)];
  return search
    .toLowerCase()
    .split(/\s+/)
    .every(word => text.some(each => each.toLowerCase().includes(word)));
}

function Row({ network }) {
  const waiting = network.waitingCount;
  const base = '/networks/' + network.id;
  return html`<tr>
    <td><${Link} href=${base} class="strong">${networkName(network)}<//></td>
    <td><code>${network.id}</code></td>
    <td>${network.routes.filter(each => !each.via).map(each => each.target).join(', ')}</td>
    <td>${t(network.private ? 'network.private' : 'network.public')}</td>
    <td class="number">${network.authorizedCount.toLocaleString('en')}</td>
    <td class="number">${waiting > 0 &&
    html`<${Link} href=${base + '?q=' + WAITING} class="badge wait">${count(waiting, 'waiting.one', 'waiting.many')}<//>`}</td>
  </tr>`;
}

export function Networks() {
  useTitle(t('networks.title'));
  const { query } = useLocation();
  const search = query.get('q') || '';
  const [networks, setNetworks] = useState(null);
  const [busy, setBusy] = useState(false);
  const { sorted, head } = useSorting(ORDERS, 'name');
  const load = useCallback(
    throttle(() => attempt(async () => setNetworks(await allNetworks())), EVERY_MS),
    [],
  );
  useEffect(load, []);
  useChanges(load);
  const create = async () => {
    setBusy(true);
    const name = t('network.new', { number: networks.length + 1 });
    await attempt(async () => {
      const network = await api.post('/networks', { name, private: true });
      navigate(`/networks/${network.id}/join`);
    });
    setBusy(false);
  };
  if (networks === null) return html`<main aria-busy="true"></main>`;
  const mayCreate = may('admin');
  if (networks.length === 0) {
    return html`<main class="narrow empty">
      <h1>${t('networks.none')}</h1>
      <p>${t(mayCreate ? 'networks.noneText' : 'networks.noneMay')}</p>
      ${mayCreate && html`<p ref=${focusButton}><${Button} kind="main big" busy=${busy} onClick=${create}>${t('networks.create')}<//></p>`}
    </main>`;
  }
  const shown = networks.filter(each => matches(each, search));
  return html`<main>
    <div class="head row">
      <h1>${t('networks.title')}</h1>
      ${mayCreate && html`<${Button} kind="main" busy=${busy} onClick=${create}>${t('networks.create')}<//>`}
    </div>
    <div class="tools"><input type="search" class="search" aria-label=${t('networks.search')}
      placeholder=${t('networks.search')} value=${search} onInput=${event => setQuery({ q: event.target.value })} /></div>
    <div class="scroll" tabindex="0" role="region" aria-label=${t('networks.title')}><table>
      <thead><tr>${head('name', t('network.name'))}${head('id', t('network.id'))}<th>${t('network.subnets')}</th>
        <th>${t('network.access')}</th>${head('members', t('tab.members'), 'number')}
        ${head('waiting', t('networks.waiting'), 'number')}</tr></thead>
      <tbody>${sorted(shown).map(each => html`<${Row} key=${each.id} network=${each} />`)}</tbody>
    </table></div>
    ${shown.length === 0 && html`<p class="hint">${t('search.nothing')}</p>`}
  </main>`;
}
