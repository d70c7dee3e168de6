// SPDX-License-Identifier: Apache-2.0
// The settings of one network, each saved at once, with undo.
import { html, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { plain } from 'base/format.js';
import { subnet } from 'base/ip.js';
import { navigate } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt, notify } from 'parts/notices.js';
import { Button, Dialog, Field, SavedField, Switch, useTitle } from 'parts/ui.js';

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Changes settings of the network as it is shown, as changes of members are. */
async function change(network, changes, setNetwork) {
  const path = '/networks/' + network.id;
  let saved;
  try {
    saved = await api.patch(path, changes, network.revision);
  } catch (problem) {
    if (problem.status !== 412) throw problem;
    const now = await api.get(path);
    setNetwork(now);
    if (Object.keys(changes).some(each => !same(now[each], network[each]))) {
      problem.message = t('conflict.network');
      throw problem;
    }
    saved = await api.patch(path, changes, now.revision);
  }
  setNetwork(saved);
  return saved;
}

function useSaving(network, setNetwork) {
  return async changes => {
    const before = {};
    for (const name of Object.keys(changes)) before[name] = network[name];
    const saved = await change(network, changes, setNetwork);
    notify(t('done.saved'), { undo: () => change(saved, before, setNetwork) });
  };
}

function Section({ title, text, children }) {
  return html`<section class="card"><h2>${title}</h2>${text && html`<p class="hint">${text}</p>`}${children}</section>`;
}

/** A list of things in rows, each of which can be removed, and a form for another one. */
function Rows({ items, describe, remove, disabled }) {
  return html`<ul class="items">${items.map(
    (each, index) => html`<li key=${index}><code>${describe(each)}</code>
      ${!disabled && html`<${Button} kind="plain" aria-label=${t('settings.removeWhat', { what: describe(each) })}
        onClick=${() => remove(index)}>${t('settings.remove')}<//>`}</li>`,
  )}</ul>`;
}

function AddForm({ fields, action, add }) {
  const [problem, setProblem] = useState(null);
  const [round, setRound] = useState(0);
  const submit = async event => {
    event.preventDefault();
    try {
      await add(Object.fromEntries(new FormData(event.target)));
      setProblem(null);
      setRound(round + 1);
    } catch (found) {
      setProblem(found);
    }
  };
  const errors = Object.entries(problem?.fields || {});
  const error = name => errors.find(([field]) => field === name || field.endsWith('.' + name))?.[1];
  const isGeneral = problem && !fields.some(each => error(each.name));
  return html`<form class="inline level" key=${round} onSubmit=${submit}>
    ${fields.map(each => html`<${Field} key=${each.name} ...${each} error=${error(each.name)} />`)}
    <${Button} type="submit">${action}<//>
    ${isGeneral && html`<p class="error" role="alert">${problem.message}</p>`}
  </form>`;
}

function Ipv4({ network, save, disabled }) {
  const [offers, setOffers] = useState([]);
  useEffect(() => {
    if (!disabled) attempt(async () => setOffers((await api.get(`/networks/${network.id}/subnets`)).subnets));
  }, [network.id, disabled]);
  const use = text => {
    const found = subnet(text);
    const others = network.routes.filter(each => each.via || each.target.includes(':'));
    return save({
      routes: [{ target: found.target, via: null }, ...others],
      pools: [found.pool, ...network.pools.filter(each => each.start.includes(':'))],
      autoAssign: { ...network.autoAssign, ipv4: true },
    });
  };
  const without = index => network.pools.filter((_, each) => each !== index);
  return html`<${Section} title=${t('settings.ipv4')} text=${t('settings.ipv4Text')}>
    <${Switch} label=${t('settings.assign4')} hint=${t('settings.assign4Hint')} checked=${network.autoAssign.ipv4} disabled=${disabled}
      onChange=${ipv4 => attempt(() => save({ autoAssign: { ...network.autoAssign, ipv4 } }))} />
    <h3>${t('settings.pools')}</h3>
    <${Rows} items=${network.pools} describe=${each => `${each.start} – ${each.end}`} disabled=${disabled}
      remove=${index => attempt(() => save({ pools: without(index) }))} />
    ${!disabled && html`
      <${AddForm} action=${t('settings.add')} fields=${[
        { name: 'start', label: t('settings.poolStart'), required: true, spellcheck: false },
        { name: 'end', label: t('settings.poolEnd'), required: true, spellcheck: false },
      ]} add=${({ start, end }) => save({ pools: [...network.pools, { start: start.trim(), end: end.trim() }] })} />
      <h3>${t('settings.presets')}</h3><p class="hint">${t('settings.presetsHint')}</p>
      <div class="chips">${offers.map(
        each => html`<button type="button" class="chip" onClick=${() => attempt(() => use(each))}>${each}</button>`,
      )}</div>`}
  <//>`;
}

function Ipv6({ network, save, disabled }) {
  const mode = key => html`<${Switch} label=${t('settings.v6.' + key)} hint=${t('settings.v6.' + key + 'Hint')}
    checked=${network.autoAssign[key]} disabled=${disabled}
    onChange=${value => attempt(() => save({ autoAssign: { ...network.autoAssign, [key]: value } }))} />`;
  return html`<${Section} title=${t('settings.ipv6')} text=${t('settings.ipv6Text')}>
    ${mode('rfc4193')}${mode('6plane')}${mode('ipv6')}<//>`;
}

function Routes({ network, save, disabled }) {
  const describe = each =>
    [each.target, each.via && t('settings.viaWhat', { via: each.via }), each.metric && t('settings.metricWhat', { metric: each.metric })]
      .filter(Boolean)
      .join(' ');
  const add = ({ target, via }) =>
    save({ routes: [...network.routes, { target: target.trim(), via: via.trim() || null }] });
  return html`<${Section} title=${t('settings.routes')} text=${t('settings.routesText')}>
    <${Rows} items=${network.routes} describe=${describe} disabled=${disabled}
      remove=${index => attempt(() => save({ routes: network.routes.filter((_, each) => each !== index) }))} />
    ${!disabled && html`<${AddForm} action=${t('settings.add')} add=${add} fields=${[
      { name: 'target', label: t('settings.target'), placeholder: '192.168.7.0/24', required: true, spellcheck: false },
      { name: 'via', label: t('settings.via'), placeholder: t('settings.viaHint'), spellcheck: false },
    ]} />`}<//>`;
}

function Delete({ network, close }) {
  const [typed, setTyped] = useState('');
  const wanted = plain(network.name) || network.id;
  const remove = async event => {
    event.preventDefault();
    if (await attempt(() => api.delete('/networks/' + network.id, network.revision))) navigate('/');
  };
  return html`<${Dialog} title=${t('settings.delete')} onClose=${close}><form onSubmit=${remove}>
    <p>${t('settings.deleteText', { number: network.memberCount })}</p>
    <${Field} label=${t('settings.deleteName', { name: wanted })} value=${typed} autocomplete="off"
      onInput=${event => setTyped(event.target.value)} />
    <div class="buttons"><${Button} onClick=${close}>${t('cancel')}<//>
      <${Button} kind="danger" type="submit" disabled=${typed !== wanted}>${t('settings.delete')}<//></div>
  </form><//>`;
}

export function Settings({ network: id }) {
  const { network, problem, setNetwork } = useNetwork(id);
  const [isDeleting, setDeleting] = useState(false);
  const save = useSaving(network, setNetwork);
  useTitle(network && t('tab.settings') + ' · ' + networkName(network));
  if (!network) return html`<${NoNetwork} problem=${problem} />`;
  const disabled = !may('operate', id);
  const number = field => text => save({ [field]: /^\d+$/.test(text.trim()) ? Number(text) : text });
  const words = text => text.split(/[\s,]+/).filter(Boolean);
  const toggle = field => value => attempt(() => save({ [field]: value }));
  return html`<main class="settings">
    <${NetworkHead} network=${network} current="settings" />
    ${disabled && html`<p class="hint">${t('settings.readOnly')}</p>`}
    <${Section} title=${t('settings.general')}>
      <${SavedField} label=${t('network.name')} hint=${t('settings.nameHint')} value=${network.name} fieldName="name" disabled=${disabled}
        save=${name => save({ name })} maxlength="127" />
      ${network.notes !== undefined && html`<${SavedField} label=${t('member.notes')} hint=${t('settings.notesHint')} value=${network.notes}
        fieldName="notes" disabled=${disabled} multiline save=${notes => save({ notes })} />`}
      ${network.labels !== undefined && html`<${SavedField} label=${t('member.labels')} hint=${t('settings.labelsHint')}
        value=${network.labels.join(' ')} fieldName="labels" disabled=${disabled} save=${text => save({ labels: words(text) })} />`}
      <${SavedField} label=${t('settings.absent')} hint=${t('settings.absentHint')} value=${String(network.deauthorizeAfterDays)}
        fieldName="deauthorizeAfterDays" inputmode="numeric" disabled=${disabled} save=${number('deauthorizeAfterDays')} />
      <${Switch} label=${t('settings.private')} hint=${t('settings.privateHint')} checked=${network.private} disabled=${disabled}
        onChange=${toggle('private')} />
    <//>
    <${Ipv4} network=${network} save=${save} disabled=${disabled} />
    <${Ipv6} network=${network} save=${save} disabled=${disabled} />
    <${Routes} network=${network} save=${save} disabled=${disabled} />
    <${Section} title=${t('settings.dns')} text=${t('settings.dnsText')}>
      <${SavedField} label=${t('settings.domain')} hint=${t('settings.domainHint')} value=${network.dns.domain} fieldName="dns.domain"
        disabled=${disabled} save=${domain => save({ dns: { ...network.dns, domain: domain.trim() } })} />
      <${SavedField} label=${t('settings.servers')} hint=${t('settings.serversHint')} value=${network.dns.servers.join(', ')}
        fieldName="dns.servers" disabled=${disabled} save=${text => save({ dns: { ...network.dns, servers: words(text) } })} />
      <${Switch} label=${t('settings.directory')} hint=${t('settings.directoryHint')} checked=${network.directory} disabled=${disabled}
        onChange=${toggle('directory')} />
    <//>
    <${Section} title=${t('settings.ethernet')}>
      <${SavedField} label=${t('settings.mtu')} hint=${t('settings.mtuHint')} value=${String(network.mtu)} fieldName="mtu" inputmode="numeric"
        disabled=${disabled} save=${number('mtu')} />
      <${SavedField} label=${t('settings.multicast')} hint=${t('settings.multicastHint')} value=${String(network.multicastLimit)}
        fieldName="multicastLimit" inputmode="numeric" disabled=${disabled} save=${number('multicastLimit')} />
      <${Switch} label=${t('settings.broadcast')} hint=${t('settings.broadcastHint')} checked=${network.broadcast} disabled=${disabled}
        onChange=${toggle('broadcast')} />
    <//>
    ${may('admin', id) && html`<${Section} title=${t('settings.delete')} text=${t('settings.deleteHint')}>
      <${Button} kind="danger" onClick=${() => setDeleting(true)}>${t('settings.deleteDo')}<//><//>`}
    ${isDeleting && html`<${Delete} network=${network} close=${() => setDeleting(false)} />`}
  </main>`;
}
