// SPDX-License-Identifier: Apache-2.0
// Changes of members: with the revision they were made from, and with undo.
import { api } from 'base/api.js';
import { plain } from 'base/format.js';
import { may } from 'base/session.js';
import { t } from 'base/strings.js';
import { notify } from 'parts/notices.js';

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

/** Blocks a member or ends its block; undoing a block authorizes it again where it was. */
export async function setBlocked(member, blocked, done) {
  const send = async (path, field, value) => {
    const body = { members: [member.id], [field]: value };
    const { results } = await api.post(`${membersPath(member.network)}/bulk/${path}`, body);
    if (results[0].problem) throw new Error(results[0].problem.detail);
    return results[0];
  };
  const { before } = await send('block', 'blocked', blocked);
  done?.();
  const undo = async () => {
    await send('block', 'blocked', !blocked);
    if (blocked && before.authorized) await send('authorization', 'authorized', true);
    done?.();
  };
  const key = blocked ? 'done.blocked' : 'done.unblocked';
  notify(t(key, { member: titleOf(member) }), { undo: before && undo });
}

/** Moves all that a member has to another device, which must not be authorized; the old one goes to the bin. */
export const replace = (member, address) => api.post(pathOf(member) + '/replace', { address }, member.revision);

/**
 * Sends one operation on many members, and offers to undo what it has changed.
 *
 * @param path below the network
 * @param undos returns [path, body] of requests that revert it for the results that it gets: each has the
 *     member's id and, as "before", the changed fields as they were
 */
async function bulk(network, members, { path, body, key, undos }, done) {
  const run = async (to, what) => {
    const { results } = await api.post(`/networks/${network}/${to}`, what);
    const failed = results.filter(each => each.problem);
    if (failed.length) {
      notify(t('bulk.failed', { number: failed.length, detail: failed[0].problem.detail }), { isError: true });
    }
    done();
    return results.filter(each => !each.problem);
  };
  // What is known of the members may be old: all are sent, and the answer tells which have changed.
  const succeeded = await run(path, { ...body, members: ids(members) });
  if (!succeeded.length && members.length) return;
  const reverts = undos(succeeded.filter(each => each.changed !== false)).filter(([, what]) => what.members.length);
  const undo = async () => {
    for (const [to, what] of reverts) await run(to, what);
  };
  notify(t(key, { number: succeeded.length.toLocaleString('en') }), { undo: reverts.length ? undo : undefined });
}

const ids = members => members.map(each => each.id);

/** Does to members what needs no more words: authorize, deauthorize, block, unblock or delete. */
export function bulkAction(network, members, action, done) {
  const key = 'bulk.' + action;
  if (action === 'delete') {
    const undos = removed => [['bin/bulk/restore', { members: ids(removed) }]];
    return bulk(network, members, { path: 'members/bulk/delete', body: {}, key, undos }, done);
  }
  const field = action.endsWith('authorize') ? 'authorized' : 'blocked';
  const value = action === 'authorize' || action === 'block';
  const path = `members/bulk/${field === 'blocked' ? 'block' : 'authorization'}`;
  const undos = changed => [[path, { members: ids(changed), [field]: !value }]];
  // Who is blocked loses the authorization, too.
  const undosOfBlock = changed => [
    ...undos(changed),
    ['members/bulk/authorization', { members: ids(changed.filter(each => each.before.authorized)), authorized: true }],
  ];
  return bulk(network, members, { path, body: { [field]: value }, key, undos: action === 'block' ? undosOfBlock : undos }, done);
}

/** Restores removed members with all that they had. */
export function bulkRestore(network, members, done) {
  const undos = restored => [['members/bulk/delete', { members: ids(restored) }]];
  return bulk(network, members, { path: 'bin/bulk/restore', body: {}, key: 'bulk.restore', undos }, done);
}

/** Adds a label to members, or removes it; those that have it already, or not, are left alone. */
export function bulkLabel(network, members, label, adds, done) {
  const path = 'members/bulk/labels';
  const body = add => ({ [add ? 'add' : 'remove']: [label] });
  const undos = changed => [[path, { ...body(!adds), members: ids(changed) }]];
  return bulk(network, members, { path, body: body(adds), key: 'bulk.changed', undos }, done);
}

/** Sets a tag of members, or with null removes it. */
export function bulkTag(network, members, tag, value, done) {
  const path = 'members/bulk/credentials';
  const undos = changed => {
    const before = new Map();
    for (const each of changed) {
      const old = each.before.tags[tag] ?? null;
      if (!before.has(old)) before.set(old, []);
      before.get(old).push(each.id);
    }
    return [...before].map(([old, of]) => [path, { members: of, tags: { [tag]: old } }]);
  };
  return bulk(network, members, { path, body: { tags: { [tag]: value } }, key: 'bulk.changed', undos }, done);
}

/** Gives members a capability, or takes it. */
export function bulkCapability(network, members, capability, gives, done) {
  const path = 'members/bulk/credentials';
  const body = value => ({ capabilities: { [capability]: value } });
  const undos = changed => [[path, { ...body(!gives), members: ids(changed) }]];
  return bulk(network, members, { path, body: body(gives), key: 'bulk.changed', undos }, done);
}
