// SPDX-License-Identifier: Apache-2.0
// Adding a member beforehand, and replacing its device.
import { html, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { membersPath, replace, titleOf } from 'parts/memberactions.js';
import { notify } from 'parts/notices.js';
import { Button, Dialog, Field } from 'parts/ui.js';

function AddressForm({ text, action, submit, close, children }) {
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const onSubmit = async event => {
    event.preventDefault();
    setBusy(true);
    try {
      const form = new FormData(event.target);
      await submit(form.get('id').trim().toLowerCase(), form.get('name'));
      close();
    } catch (found) {
      setProblem(found);
      setBusy(false);
    }
  };
  const fields = problem?.fields || {};
  return html`<form onSubmit=${onSubmit}>
    <p>${text}</p>
    <${Field} label=${t('member.address')} name="id" error=${fields.id || fields.address} hint=${t('member.addressHint')} required
      maxlength="10" pattern="[0-9a-fA-F]{10}" autocomplete="off" spellcheck=${false} />
    ${children?.(fields)}
    ${problem && !fields.id && !fields.address && !fields.name && html`<p class="error" role="alert">${problem.message}</p>`}
    <div class="buttons"><${Button} onClick=${close}>${t('cancel')}<//>
      <${Button} kind="main" type="submit" busy=${busy}>${action}<//></div>
  </form>`;
}

export function AddMember({ network, close, done }) {
  const submit = async (id, name) => {
    await api.post(membersPath(network), { id, name });
    done();
    const undo = async () => {
      await api.delete(`${membersPath(network)}/${id}`);
      done();
    };
    notify(t('done.added', { member: name || id }), { undo: may('operate', network) ? undo : undefined });
  };
  return html`<${Dialog} title=${t('members.add')} onClose=${close}>
    <${AddressForm} text=${t('members.addText')} action=${t('members.addDo')} submit=${submit} close=${close}>
      ${fields => html`<${Field} label=${t('member.name')} name="name" error=${fields.name} maxlength="127" />`}
    <//><//>`;
}

export function ReplaceDevice({ member, close, done }) {
  const submit = async id => {
    const fresh = await replace(member, id);
    const undo = async () => done(await replace(fresh, member.id));
    notify(t('done.replaced', { member: titleOf(fresh) }), { undo });
    done(fresh);
  };
  return html`<${Dialog} title=${t('member.replace')} onClose=${close}>
    <${AddressForm} text=${t('member.replaceText', { member: titleOf(member) })} action=${t('member.replaceDo')}
      submit=${submit} close=${close} /><//>`;
}
