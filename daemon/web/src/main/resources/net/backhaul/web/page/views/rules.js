// SPDX-License-Identifier: Apache-2.0
// The rules of a network: their source with its errors as it is typed, and the sources before.
import { html, useEffect, useRef, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { dropDraft, keepDraft, readDraft } from 'base/draft.js';
import { useChanges } from 'base/events.js';
import { ago, count, dateTime, plain } from 'base/format.js';
import { setQuery, useLocation, useUnsaved } from 'base/router.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { lineDiff } from 'parts/linediff.js';
import { NetworkHead, NoNetwork, networkName, useNetwork } from 'parts/networkhead.js';
import { attempt, notify, notifyProblem } from 'parts/notices.js';
import { Button, Dialog, useTitle } from 'parts/ui.js';

const TYPING_MS = 300;
const BUSY_MS = 1000;
const NOTHING = { errors: [], lost: [] };

/** The editor, which is loaded with this view alone; its text is changed by its control. */
function Editor({ initial, errors, control, ...options }) {
  const host = useRef(null);
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    let isClosed = false;
    attempt(async () => {
      const { createEditor } = await import('editor/editor.js');
      if (isClosed) return;
      control.current = createEditor(host.current, { text: initial(), label: t('rules.source'), ...options });
      setReady(true);
    });
    return () => {
      isClosed = true;
      control.current?.destroy();
      control.current = null;
    };
  }, []);
  useEffect(() => control.current?.show(errors), [errors, isReady]);
  return html`<div class="editor" ref=${host} aria-busy=${isReady ? undefined : 'true'}></div>`;
}

function Findings({ check, goTo }) {
  return html`<ul class="findings" aria-label=${t('rules.errors')}>${check.errors.map(
    each => html`<li class="error">${each.line > 0 &&
    html`<${Button} kind="plain" onClick=${() => goTo(each.line)}>${t('rules.line', { line: each.line })}<//>`}
      ${plain(each.message)}${each.detail && html`<pre>${each.detail.split('\n').map(plain).join('\n')}</pre>`}</li>`,
  )}</ul>`;
}

function summary(check) {
  const { config } = check.compiled || {};
  if (!config) return '';
  const parts = [config.rules.length ? count(config.rules.length, 'rules.rule', 'rules.rules') : t('rules.none')];
  if (config.capabilities.length) parts.push(count(config.capabilities.length, 'rules.cap', 'rules.caps'));
  if (config.tags.length) parts.push(count(config.tags.length, 'rules.tag', 'rules.tags'));
  if (check.passed) parts.push(count(check.passed, 'rules.test', 'rules.tests'));
  return parts.join(', ');
}

function Lost({ lost, close, save }) {
  const name = (id, label) => plain(label) || id;
  return html`<${Dialog} title=${t('rules.lost')} onClose=${close}>
    <p>${t('rules.lostText')}</p>
    <ul class="items">${lost.map(
      each => html`<li><span><span class="strong">${name(each.from, each.fromName)} → ${name(each.to, each.toName)}</span>
        ${' '}${each.all ? t('rules.lostAll') : each.flows.join(', ')}</span></li>`,
    )}</ul>
    <div class="buttons"><${Button} onClick=${close}>${t('cancel')}<//>
      <${Button} kind="danger" onClick=${save}>${t('rules.force')}<//></div>
  <//>`;
}

function Diff({ before, after }) {
  return html`<pre class="diff" tabindex="0" role="region" aria-label=${t('rules.diff')}>${lineDiff(before, after).map(
    ([sign, text]) =>
      sign === '-' ? html`<del>- ${text}${'\n'}</del>` : sign === '+' ? html`<ins>+ ${text}${'\n'}</ins>` : `  ${text}\n`,
  )}</pre>`;
}

function History({ path, rules, revert }) {
  const { query } = useLocation();
  const opened = Number(query.get('version')) || 0;
  const [versions, setVersions] = useState([]);
  const [source, setSource] = useState(null);
  useEffect(() => {
    attempt(async () => setVersions((await api.get(path + '/history')).versions));
  }, [path, rules.source]);
  useEffect(() => {
    setSource(null);
    if (opened) attempt(async () => setSource((await api.get(`${path}/history/${opened}`)).source));
  }, [path, opened]);
  return html`<section class="card"><h2>${t('rules.history')}</h2>
    ${versions.length === 0 && html`<p class="hint">${t('rules.noHistory')}</p>`}
    <ul class="items">${versions.map(
      each => html`<li><span>${dateTime(each.atMs) || t('rules.earlier')} <span class="strong">${plain(each.actor)}</span></span>
        <${Button} kind="plain" aria-expanded=${each.id === opened} aria-label=${t('rules.compareWhat', { when: dateTime(each.atMs) })}
          onClick=${() => setQuery({ version: each.id === opened ? null : each.id })}>${t('rules.compare')}<//></li>
        ${each.id === opened && source !== null && html`<li class="opened">
          ${source === rules.source ? html`<p class="hint">${t('rules.same')}</p>` : html`<${Diff} before=${rules.source} after=${source} />`}
          ${revert && source !== rules.source && html`<${Button} onClick=${() => revert(source)}>${t('rules.revert')}<//>`}</li>`}`,
    )}</ul>
  </section>`;
}

export function Rules({ network: id }) {
  const { network, problem } = useNetwork(id);
  const [rules, setRules] = useState(null);
  const [text, setText] = useState('');
  const [check, setCheck] = useState(NOTHING);
  const [lost, setLost] = useState(null);
  const [busy, setBusy] = useState(false);
  const [connections, setConnections] = useState(0);
  const editor = useRef(null);
  const latest = useRef({});
  const saves = useRef(0);
  latest.current = { rules, text };
  const path = `/networks/${id}/rules`;
  const mayEdit = may('operate', id);
  const replace = source => {
    setText(source);
    editor.current?.set(source);
  };
  /** Shows the present rules; what is being written stays, and saving it then says that there is something newer. */
  const read = replacesAll =>
    attempt(async () => {
      const before = saves.current;
      const found = await api.get(path);
      const shown = latest.current;
      // What was read before something was saved is old.
      if (saves.current !== before) return;
      if (!replacesAll && shown.rules && shown.text !== shown.rules.source) return;
      setRules(found);
      replace(found.source);
    });
  const draftName = 'rules:' + id;
  const [draft, setDraft] = useState(() => readDraft(draftName));
  const edit = source => {
    const { rules } = latest.current;
    setText(source);
    if (source === rules.source) dropDraft(draftName);
    else keepDraft(draftName, { text: source, base: rules.source });
  };
  const discard = () => {
    dropDraft(draftName);
    setDraft(null);
  };
  const isChanged = rules !== null && text !== rules.source;
  useUnsaved(isChanged, discard);
  useTitle(network && t('tab.rules') + ' · ' + networkName(network));
  useEffect(() => {
    if (!network) return;
    read(false);
  }, [path, network?.revision]);
  useChanges(change => change.type === 'reset' && setConnections(number => number + 1));
  useEffect(() => {
    if (!rules || !mayEdit) return undefined;
    let timer = 0;
    let isOld = false;
    const look = async () => {
      try {
        const found = await api.post(path + '/check', { source: text });
        if (!isOld && latest.current.text === text) setCheck(found);
      } catch (failure) {
        // What an earlier text had does not hold this one back: saving checks it, too.
        if (!isOld && latest.current.text === text) setCheck(NOTHING);
        if (failure.status !== 429) notifyProblem(failure);
        else if (!isOld) timer = setTimeout(look, BUSY_MS);
      }
    };
    timer = setTimeout(look, TYPING_MS);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [path, text, rules, connections]);
  if (!network || !rules) return html`<${NoNetwork} problem=${problem} />`;

  const put = async (source, force) => {
    // The editor calls this as it was when it was made.
    const { rules } = latest.current;
    let saved;
    try {
      saved = await api.patch(path, { source, force }, rules.revision);
    } catch (failure) {
      if (failure.status !== 412) throw failure;
      const now = await api.get(path);
      if (now.source !== rules.source) {
        setRules(now);
        throw new Error(t('conflict.rules'));
      }
      saved = await api.patch(path, { source, force }, now.revision);
    }
    saves.current++;
    setLost(null);
    discard();
    setRules(saved);
    notify(t('done.saved'));
  };
  const save = source =>
    attempt(async () => {
      setBusy(true);
      try {
        const found = await api.post(path + '/check', { source });
        if (source !== latest.current.text) replace(source);
        setCheck(found);
        if (found.errors.length) throw new Error(t('rules.notSaved', { detail: plain(found.errors[0].message) }));
        if (found.lost.length) setLost({ source, pairs: found.lost });
        else await put(source, false);
      } finally {
        setBusy(false);
      }
    });
  const shown = mayEdit ? check : { ...NOTHING, compiled: rules.compiled };
  return html`<main class="settings wide">
    <${NetworkHead} network=${network} current="rules" />
    <section class="card"><p class="hint">${t('rules.text')}</p>
      ${rules.problem && html`<p class="error" role="alert">${t('rules.noWords', { detail: plain(rules.problem) })}</p>`}
      ${mayEdit && draft && !isChanged && draft.text !== rules.source && html`<div class="warning" role="status">
        ${t('rules.draft', { when: ago(draft.atMs) })}${draft.base !== rules.source && ' ' + t('rules.draftOld')}
        <div class="buttons start"><${Button} kind="main" onClick=${() => (replace(draft.text), edit(draft.text), setDraft(null))}>${t('rules.draftTake')}<//>
          <${Button} onClick=${discard}>${t('rules.draftDrop')}<//></div></div>`}
      <${Editor} initial=${() => latest.current.text} errors=${check.errors} control=${editor} readOnly=${!mayEdit}
        onChange=${edit} onSave=${() => save(latest.current.text)} />
      <div role="status">${shown.errors.length ? html`<${Findings} check=${shown} goTo=${line => editor.current?.focus(line)} />`
        : html`<p class="hint">${summary(shown)}</p>`}</div>
      ${shown.lost.length > 0 && html`<p class="warning">${count(shown.lost.length, 'rules.warn', 'rules.warns')}</p>`}
      ${mayEdit && html`<div class="buttons start">
        <${Button} kind="main" busy=${busy} disabled=${busy || !isChanged || shown.errors.length > 0} onClick=${() => save(text)}>${t('rules.save')}<//>
        ${isChanged && html`<${Button} onClick=${() => (discard(), read(true))}>${t('rules.discard')}<//>`}</div>`}
      ${shown.compiled && html`<details><summary>${t('rules.compiled')}</summary>
        <pre class="diff" tabindex="0" role="region" aria-label=${t('rules.compiled')}>${JSON.stringify(shown.compiled, null, 1)}</pre></details>`}
    </section>
    <${History} path=${path} rules=${rules} revert=${mayEdit && save} />
    ${lost && html`<${Lost} lost=${lost.pairs} close=${() => setLost(null)} save=${() => attempt(() => put(lost.source, true))} />`}
  </main>`;
}
