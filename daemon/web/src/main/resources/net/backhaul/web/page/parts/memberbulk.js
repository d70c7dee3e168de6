// SPDX-License-Identifier: Apache-2.0
// Labels, tags and capabilities of all selected members.
import { html } from 'base/lib.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { bulkCapability, bulkLabel, bulkTag } from 'parts/memberactions.js';
import { parseValue, tagHint, useDefinitions } from 'parts/membertags.js';
import { attempt } from 'parts/notices.js';
import { Button, Dialog, Field } from 'parts/ui.js';

export function BulkEdit({ network, members, close, done }) {
  const definitions = useDefinitions(network);
  const act = async action => {
    if (await attempt(action)) close(true);
  };
  const label = adds => event => {
    const text = new FormData(event.target.form).get('label').trim();
    if (text) act(() => bulkLabel(network, members, text, adds, done));
  };
  const tag = each => event => {
    event.preventDefault();
    const value = parseValue(each, new FormData(event.target).get('value'));
    act(() => bulkTag(network, members, each.id, value, done));
  };
  const capability = (each, gives) => () => act(() => bulkCapability(network, members, each.id, gives, done));
  return html`<${Dialog} title=${t('members.edit')} onClose=${() => close(false)}>
    <form class="inline" onSubmit=${event => event.preventDefault()}>
      <${Field} label=${t('bulk.label')} name="label" maxlength="64" autocomplete="off" />
      <${Button} onClick=${label(true)}>${t('settings.add')}<//>
      <${Button} onClick=${label(false)}>${t('settings.remove')}<//></form>
    ${may('operate', network) && definitions && html`
      ${definitions.tags.map(
        each => html`<form key=${each.id} class="inline" onSubmit=${tag(each)}>
          <${Field} label=${each.name} name="value" hint=${tagHint(each)} autocomplete="off" />
          <${Button} type="submit" aria-label=${t('bulk.set', { what: each.name })}>${t('tags.set')}<//></form>`,
      )}
      ${definitions.capabilities.map(
        each => html`<div key=${'c' + each.id} class="buttons start"><span>${each.name}</span>
          <${Button} aria-label=${t('bulk.give', { what: each.name })} onClick=${capability(each, true)}>${t('tags.give')}<//>
          <${Button} aria-label=${t('bulk.take', { what: each.name })} onClick=${capability(each, false)}>${t('tags.take')}<//></div>`,
      )}`}
    <div class="buttons"><${Button} onClick=${() => close(false)}>${t('close')}<//></div>
  <//>`;
}
