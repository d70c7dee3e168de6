// SPDX-License-Identifier: Apache-2.0
// Who changed what, when and from where, before and after; the latest first.
import { html, useCallback, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges } from 'base/events.js';
import { ago, dateTime, plain } from 'base/format.js';
import { Link, setQuery, useLocation } from 'base/router.js';
import { t } from 'base/strings.js';
import { download } from 'parts/memberexport.js';
import { allNetworks, networkName } from 'parts/networkhead.js';
import { attempt } from 'parts/notices.js';
import { Button, Field, Select, useTitle } from 'parts/ui.js';

const EVERY_MS = 1000;
const MAX_OPEN_FIELDS = 3;
const FILTERS = ['network', 'member', 'actor', 'since', 'until'];

/** What changes with each change, and says nothing. */
const SILENT = ['revision', 'objtype', 'id', 'nwid', 'address', 'identity', 'creationTime', 'lastAuthorizedTime', 'lastAuthorizedCredentialType', 'lastDeauthorizedTime'];

const isEmpty = value => value === null || value === undefined || value === '' || JSON.stringify(value).length === 2;
const shown = value => (isEmpty(value) ? '–' : plain(typeof value === 'string' ? value : JSON.stringify(value)));

/** Returns the fields that differ, {name, before, after}; of a new or deleted object those that say something. */
function differences({ before, after }) {
  const names = new Set([...Object.keys(before || {}), ...Object.keys(after || {})]);
  const all = [...names].map(name => ({ name, before: before?.[name], after: after?.[name] }));
  return all.filter(
    each =>
      !SILENT.includes(each.name) &&
      shown(each.before) !== shown(each.after) &&
      ((before && after) || each.before || each.after),
  );
}

/** Times in the URL, such as 2026-11-30T08:15, are in UTC. */
function request(query) {
  const parameters = new URLSearchParams();
  for (const name of FILTERS) {
    const value = query.get(name);
    const isTime = name === 'since' || name === 'until';
    const sent = isTime && value ? Date.parse(value + 'Z') : value;
    if (sent) parameters.set(name, sent);
  }
  return parameters;
}

/** Returns a page of entries; none is empty although older ones exist. */
async function read(parameters, before) {
  if (before) parameters.set('before', before);
  const page = await api.get('/audit?' + parameters);
  return page.next && page.entries.length === 0 ? read(parameters, page.next) : page;
}

async function readCsv(parameters) {
  const part = await api.get('/audit/csv?' + parameters);
  if (!part.next) return part.text;
  parameters.set('before', part.next);
  const rest = await readCsv(parameters);
  return part.text + rest.slice(rest.indexOf('\n') + 1);
}

/** A filter of the URL, set when it is left or Enter is pressed; what is being typed stays when the view changes. */
function Filter({ value, set, ...rest }) {
  const [text, setText] = useState(null);
  const onChange = event => {
    set(event);
    setText(null);
  };
  // Where the window has lost the focus, the field still has it.
  return html`<${Field} ...${rest} value=${text ?? value} onInput=${event => setText(event.target.value)} onChange=${onChange}
    onBlur=${event => document.activeElement !== event.target && setText(null)} />`;
}

function Entry({ entry, network }) {
  const name = entry.after?.name || entry.before?.name;
  const fields = differences(entry);
  const list = html`<dl class="facts-list">${fields.map(
    each => html`<dt>${plain(each.name)}</dt><dd>
      ${entry.before && html`<del>${shown(each.before)}</del> → `}<ins>${shown(each.after)}</ins></dd>`,
  )}</dl>`;
  return html`<li class="entry">
    <div class="facts"><time dateTime=${new Date(entry.atMs).toISOString()} title=${ago(entry.atMs)}>${dateTime(entry.atMs)}</time>
      <span class="strong">${plain(entry.actor)}</span>${entry.origin && html`<span>${t('join.from', { endpoint: plain(entry.origin) })}</span>`}</div>
    <p><span class="label">${plain(entry.action)}</span>
      ${entry.network && html` <${Link} href=${'/networks/' + entry.network}>${network ? networkName(network) : entry.network}<//>`}
      ${entry.member && html` › <${Link} href=${`/networks/${entry.network}?member=${entry.member}`}>${plain(name) || entry.member}<//>
        ${name && html` <code>${entry.member}</code>`}`}</p>
    ${fields.length > MAX_OPEN_FIELDS
      ? html`<details><summary>${fields.map(each => plain(each.name)).join(', ')}</summary>${list}</details>`
      : list}
  </li>`;
}

export function Log() {
  useTitle(t('log.title'));
  const { query } = useLocation();
  const parameters = String(request(query));
  const before = query.get('before');
  const [networks, setNetworks] = useState([]);
  const [page, setPage] = useState(null);
  const [problem, setProblem] = useState(null);
  const load = useCallback(
    throttle(
      () =>
        read(new URLSearchParams(parameters), before).then(
          found => (setPage({ ...found, parameters, before }), setProblem(null)),
          setProblem,
        ),
      EVERY_MS,
    ),
    [parameters, before],
  );
  useEffect(load, [load]);
  useEffect(() => {
    attempt(async () => setNetworks(await allNetworks()));
  }, []);
  useChanges(() => before || load());
  const set = name => event => setQuery({ [name]: event.target.value.trim(), before: null });
  const fields = problem?.fields || {};
  const filter = (name, more) => html`<${Filter} label=${t('log.' + name)} value=${query.get(name) || ''} error=${fields[name]}
    set=${set(name)} spellcheck=${false} ...${more} />`;
  const find = id => networks.find(each => each.id === id);
  const chosen = query.get('network') || '';
  const ids = networks.map(each => [each.id, networkName(each)]);
  if (chosen && !find(chosen)) ids.push([chosen, plain(chosen)]);
  const save = () => attempt(async () => download('log.csv', 'text/csv', await readCsv(new URLSearchParams(parameters))));
  // An answer to an earlier question is not shown.
  const isCurrent = page && page.parameters === parameters && page.before === before;
  return html`<main>
    <div class="head row"><h1>${t('log.title')}</h1><${Button} onClick=${save}>${t('export.csv')}<//></div>
    <div class="inline level filters" role="group" aria-label=${t('members.filters')}>
      <${Select} label=${t('log.network')} value=${chosen} onChange=${set('network')} options=${[['', t('log.anyNetwork')], ...ids]} />
      ${filter('member', { maxlength: 10, placeholder: '89e92ceee5' })}
      ${filter('actor', { maxlength: 255 })}
      ${filter('since', { type: 'datetime-local' })}
      ${filter('until', { type: 'datetime-local' })}
      ${FILTERS.some(each => query.get(each)) &&
      html`<${Button} kind="plain" onClick=${() => setQuery(Object.fromEntries(FILTERS.map(each => [each, null])))}>${t('members.selectNone')}<//>`}
    </div>
    ${problem && !Object.keys(fields).length && html`<p class="error" role="alert">${problem.message}</p>`}
    ${isCurrent && !problem && html`
      ${page.entries.length ? html`<ol class="card log">${page.entries.map(
        each => html`<${Entry} key=${each.id} entry=${each} network=${find(each.network)} />`,
      )}</ol>` : html`<div class="empty card"><p>${t('log.none')}</p></div>`}
      <div class="buttons start">
        ${before && html`<${Button} onClick=${() => setQuery({ before: null }, { replace: false })}>${t('log.newest')}<//>`}
        ${page.next && html`<${Button} onClick=${() => setQuery({ before: page.next }, { replace: false })}>${t('log.older')}<//>`}
      </div>`}
  </main>`;
}
