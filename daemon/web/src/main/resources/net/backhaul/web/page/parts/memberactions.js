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

/** Makes a member again as it was; its device keeps its address and its IPs. */
export async function restore(member) {
  const settings = pick(member, SETTINGS);
  let now;
  try {
    now = await api.post(membersPath(member.network), {
      id: member.id,
      name: member.name,
      authorized: member.authorized,
    });
  } catch (problem) {
    // It has asked again meanwhile.
    if (problem.status !== 409) throw problem;
    now = await api.get(pathOf(member));
  }
  return may('operate', member.network) ? api.patch(pathOf(member), settings, now.revision) : now;
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
 * Does one thing to many members, and offers to undo it for those that it changed.
 *
 * @param action authorize, deauthorize, block, unblock or delete
 */
export async function bulk(network, members, action, done) {
  const path = membersPath(network) + '/bulk/';
  const ids = list => list.map(each => each.id);
  const count = (list, key) => t(key, { number: list.length.toLocaleString('en') });
  const run = async (name, body) => {
    const { results } = await api.post(path + name, body);
    const failed = results.filter(each => each.problem);
    if (failed.length) {
      notify(t('bulk.failed', { number: failed.length, detail: failed[0].problem.detail }), { isError: true });
    }
    done();
  };
  if (action === 'authorize' || action === 'deauthorize') {
    const authorized = action === 'authorize';
    const changed = members.filter(each => each.authorized !== authorized);
    await run('authorization', { members: ids(changed), authorized });
    notify(count(changed, 'bulk.' + action), {
      undo: () => run('authorization', { members: ids(changed), authorized: !authorized }),
    });
  } else if (action === 'block' || action === 'unblock') {
    const blocked = action === 'block';
    const changed = members.filter(each => each.blocked !== blocked);
    await run('block', { members: ids(changed), blocked });
    notify(count(changed, 'bulk.' + action), { undo: () => run('block', { members: ids(changed), blocked: !blocked }) });
  } else {
    await run('delete', { members: ids(members) });
    notify(count(members, 'bulk.delete'), {
      undo: async () => {
        for (const each of members) await restore(each);
        done();
      },
    });
  }
}
