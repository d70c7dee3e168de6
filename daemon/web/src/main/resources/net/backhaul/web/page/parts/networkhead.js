// SPDX-License-Identifier: Apache-2.0
// The head of the views of one network.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { plain } from 'base/format.js';
import { Link } from 'base/router.js';
import { mayAnywhere } from 'base/session.js';
import { t } from 'base/strings.js';

const EVERY_MS = 500;

/** Returns the networks that the user may see. */
export const allNetworks = async () => (mayAnywhere() ? (await api.get('/networks')).networks : []);

/** Returns the network, kept up to date, a function that replaces it, and why it cannot be read. */
export function useNetwork(id) {
  const [state, setState] = useState({ network: null, problem: null });
  const load = useCallback(
    throttle(
      () =>
        api.get('/networks/' + id).then(
          network => setState({ network, problem: null }),
          problem => setState(before => ({ ...before, problem })),
        ),
      EVERY_MS,
    ),
    [id],
  );
  useEffect(load, [load]);
  useChanges(change => {
    if (change.type === 'reset' || change.network === id) load();
  });
  return { ...state, setNetwork: network => setState({ network, problem: null }) };
}

/** The search for the devices that wait, of which a network has waitingCount. */
export const WAITING = 'waiting:yes';

export function networkName(network) {
  return plain(network.name) || t('network.unnamed');
}

export function NetworkHead({ network, current }) {
  const base = '/networks/' + network.id;
  const tab = (href, key) =>
    html`<${Link} href=${href} aria-current=${current === key ? 'page' : undefined}>${t('tab.' + key)}<//>`;
  return html`<div class="head">
    <nav aria-label=${t('networks.title')} class="crumbs"><${Link} href="/">${t('networks.title')}<//></nav>
    <h1>${networkName(network)} <code class="id">${network.id}</code></h1>
    <nav class="tabs" aria-label=${t('network.views')}>
      ${tab(base, 'members')}${tab(base + '/join', 'join')}${tab(base + '/tokens', 'tokens')}${current === 'bin' && tab(base + '/bin', 'bin')}${tab(base + '/rules', 'rules')}${tab(base + '/settings', 'settings')}
    </nav>
  </div>`;
}

/** What a view of a network shows while there is none to show. */
export function NoNetwork({ problem }) {
  return problem
    ? html`<main class="narrow"><div role="alert"><h1 class="error">${problem.message}</h1></div>
        <${Link} href="/">${t('networks.title')}<//></main>`
    : html`<main aria-busy="true"></main>`;
}
