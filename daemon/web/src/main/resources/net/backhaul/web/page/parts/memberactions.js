// SPDX-License-Identifier: Apache-2.0
// Changes of members: with the revision they were made from, and with undo.
import { api } from 'base/api.js';
import { plain } from 'base/format.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { notify } from 'parts/notices.js';

const SETTINGS = ['authorized', 'name', 'bridge', 'autoAssign', 'addresses', 'tags', 'capabilities', 'notes', 'labels'];
const AUTHORIZER = ['authorized', 'name', 'notes', 'labels'];

export const pathOf = member => `/networks/${member.network}/members/${member.id}`;
export const membersPath = network => `/networks/${network}/members`;
export const titleOf = member => plain(member.name) || member.id;

const equal = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function pick(member, names) {
  const picked = {};
  for (const name of names) if (member[name] !== undefined) picked[name] = member[name];
  return picked;
}

/**
 * Changes a member as somebody saw it. Where another change came between that touches the same
 * fields, nothing is saved and the problem says so; one that touches others does not matter.
 */
export async function change(member, changes) {
  const names = Object.keys(changes);
  const isAuthorization = names.every(each => AUTHORIZER.includes(each));
  const path = pathOf(member) + (isAuthorization && !may('operate', member.network) ? '/authorization' : '');
  try {
    return await api.patch(path, changes, member.revision);
  } catch (problem) {
    if (problem.status !== 412) throw problem;
    const now = await api.get(pathOf(member));
    if (names.some(each => !equal(now[each], member[each]))) {
      problem.message = t('conflict.member', { member: titleOf(now) });
      throw problem;
    }
    return api.patch(path, changes, now.revision);
  }
}

/** Changes a member and offers to undo it. */
export async function changeWithUndo(member, changes, text, done) {
  const saved = await change(member, changes);
  done?.(saved);
  const before = pick(member, Object.keys(changes));
  notify(text, {
    undo: async () => {
      const reverted = await change(saved, before);
      done?.(reverted);
    },
  });
  return saved;
}

export function setAuthorized(member, authorized, done) {
  const key = authorized ? 'done.authorized' : 'done.deauthorized';
  return changeWithUndo(member, { authorized }, t(key, { member: titleOf(member) }), done);
}

export const binPath = network => `/networks/${network}/bin`;

/** Restores a removed member with all that it had. */
export const restore = member => api.post(`${binPath(member.network)}/${member.id}/restore`, {});

export async function restoreWithUndo(member, name, done) {
  const restored = await restore(member);
  done?.(restored);
  notify(t('done.restored', { member: plain(name) || member.id }), {
    undo: async () => {
      await api.delete(pathOf(restored), restored.revision);
      done?.();
    },
  });
}

export async function remove(member, done) {
  await api.delete(pathOf(member), member.revision);
  done?.();
  notify(t('done.removed', { member: titleOf(member) }), {
    undo: async () => {
      await restore(member);
      done?.();
    },
  });
}

export async function setBlocked(member, blocked, done) {
  const path = membersPath(member.network) + '/bulk/block';
  const send = async value => {
    const { results } = await api.post(path, { members: [member.id], blocked: value });
    if (results[0].problem) throw new Error(results[0].problem.detail);
    done?.();
  };
  await send(blocked);
  const key = blocked ? 'done.blocked' : 'done.unblocked';
  notify(t(key, { member: titleOf(member) }), { undo: () => send(!blocked) });
}

/** Moves name, addresses and all other settings of a member to another device. */
export async function replace(member, id) {
  const settings = pick(member, SETTINGS);
  await api.delete(pathOf(member), member.revision);
  try {
    let fresh;
    try {
      fresh = await api.post(membersPath(member.network), { id, name: member.name });
    } catch (problem) {
      if (problem.status !== 409) throw problem;
      fresh = await api.get(`${membersPath(member.network)}/${id}`);
    }
    return await api.patch(pathOf(fresh), { ...settings, authorized: true }, fresh.revision);
  } catch (problem) {
    await restore(member);
    throw problem;
  }
}

/**
 * Sends one operation on many members, and offers to undo it.
 *
 * @param path below the network
 * @param undos [path, body] of requests that revert it
 */
export async function bulk(network, members, { path, body, key, undos }, done) {
  const run = async (to, what) => {
    const { results } = await api.post(`/networks/${network}/${to}`, what);
    const failed = results.filter(each => each.problem);
    if (failed.length) {
      notify(t('bulk.failed', { number: failed.length, detail: failed[0].problem.detail }), { isError: true });
    }
    done();
  };
  await run(path, { ...body, members: ids(members) });
  notify(t(key, { number: members.length.toLocaleString('en') }), {
    undo: async () => {
      for (const [to, what] of undos) await run(to, what);
    },
  });
}

const ids = members => members.map(each => each.id);

/** Does to members what needs no more words: authorize, deauthorize, block, unblock or delete. */
export function bulkAction(network, members, action, done) {
  const key = 'bulk.' + action;
  if (action === 'delete') {
    const undos = [['bin/bulk/restore', { members: ids(members) }]];
    return bulk(network, members, { path: 'members/bulk/delete', body: {}, key, undos }, done);
  }
  const field = action.endsWith('authorize') ? 'authorized' : 'blocked';
  const value = action === 'authorize' || action === 'block';
  const path = `members/bulk/${field === 'blocked' ? 'block' : 'authorization'}`;
  const changed = members.filter(each => each[field] !== value);
  const undos = [[path, { members: ids(changed), [field]: !value }]];
  return bulk(network, changed, { path, body: { [field]: value }, key, undos }, done);
}

/** Adds a label to members, or removes it; those that have it already, or not, are left alone. */
export function bulkLabel(network, members, label, adds, done) {
  const changed = members.filter(each => each.labels.includes(label) !== adds);
  const path = 'members/bulk/labels';
  const body = (add, more) => ({ [add ? 'add' : 'remove']: [label], ...more });
  const undos = [[path, body(!adds, { members: ids(changed) })]];
  return bulk(network, changed, { path, body: body(adds), key: 'bulk.changed', undos }, done);
}

/** Sets a tag of members, or with null removes it. */
export function bulkTag(network, members, tag, value, done) {
  const before = new Map();
  for (const each of members) {
    const old = each.tags[tag] ?? null;
    if (old !== value) before.set(old, [...(before.get(old) || []), each.id]);
  }
  const path = 'members/bulk/credentials';
  const undos = [...before].map(([old, of]) => [path, { members: of, tags: { [tag]: old } }]);
  const changed = members.filter(each => (each.tags[tag] ?? null) !== value);
  return bulk(network, changed, { path, body: { tags: { [tag]: value } }, key: 'bulk.changed', undos }, done);
}

/** Gives members a capability, or takes it. */
export function bulkCapability(network, members, capability, gives, done) {
  const changed = members.filter(each => each.capabilities.includes(capability) !== gives);
  const path = 'members/bulk/credentials';
  const body = value => ({ capabilities: { [capability]: value } });
  const undos = [[path, { ...body(!gives), members: ids(changed) }]];
  return bulk(network, changed, { path, body: body(gives), key: 'bulk.changed', undos }, done);
}
