// SPDX-License-Identifier: Apache-2.0
// What an account or a token may do, and forms about it.
import { html, useState } from 'base/lib.js';
import { plain } from 'base/format.js';
import { t } from 'base/strings.js';
import { networkName } from 'parts/networkhead.js';
import { Button, Select, Switch } from 'parts/ui.js';

export const LEVELS = ['read', 'authorize', 'operate', 'admin'];

/** A form that shows why it was rejected: at the fields whose error its content requests, or below. */
export function Form({ action, kind = '', submit, children, ...rest }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const onSubmit = async event => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await submit(new FormData(event.target), event.target);
      setRound(round + 1);
    } catch (found) {
      setProblem(found);
    }
    setBusy(false);
  };
  const fields = problem?.fields || {};
  const shown = new Set();
  const content = children(name => fields[name] && (shown.add(name), fields[name]));
  return html`<form key=${round} onSubmit=${onSubmit} novalidate ...${rest}>${content}
    ${problem && !shown.size && html`<p class="error" role="alert">${problem.message}</p>`}
    <div><${Button} kind=${kind} type="submit" busy=${busy}>${action}<//></div></form>`;
}

/** Inputs for a permission, in all or some networks; wantedGrant reads them. */
export function GrantFields({ networks, grant, levels = LEVELS }) {
  const [some, setSome] = useState(Boolean(grant?.networks));
  return html`<${Select} name="permission" label=${t('access.role')} value=${grant?.permission || 'read'}
      options=${levels.map(each => [each, t('role.' + each)])} />
    <${Switch} label=${t('access.some')} checked=${some} onChange=${setSome} />
    ${some && html`<fieldset class="choices"><legend class="hidden">${t('networks.title')}</legend><input type="hidden" name="some" value="1" />
      ${networks.map(
        each => html`<label class="check"><input type="checkbox" name="network" value=${each.id}
          defaultChecked=${grant?.networks?.includes(each.id)} />${networkName(each)} <code>${each.id}</code></label>`,
      )}</fieldset>`}`;
}

export const wantedGrant = form => ({
  permission: form.get('permission'),
  networks: form.get('some') ? form.getAll('network') : null,
});

/** Returns a grant in words. */
export function grantText({ permission, networks }, all) {
  const names = networks?.map(id => {
    const found = all.find(each => each.id === id);
    return found ? networkName(found) : id;
  });
  return t('role.' + permission) + (names ? ': ' + (names.join(', ') || t('access.none')) : '');
}

export function Table({ label, columns, children }) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${label}><table>
    <thead><tr>${columns.map(each => html`<th>${each}</th>`)}<th><span class="hidden">${t('access.actions')}</span></th></tr></thead>
    <tbody>${children}</tbody></table></div>`;
}

export const shortAgent = agent => /(Firefox|Edg|Chrome|Safari|curl)\/[\d.]+/.exec(agent)?.[0] || plain(agent).slice(0, 40);
