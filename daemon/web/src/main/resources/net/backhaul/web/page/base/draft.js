// SPDX-License-Identifier: Apache-2.0
// What was written and not saved, in this tab alone: it outlives the end of the session and a reload.
import { session } from 'base/session.js';

const keyOf = name => 'draft:' + name;

/** Keeps a draft, {text, base}: base is what it was made from. */
export function keepDraft(name, draft) {
  try {
    sessionStorage.setItem(keyOf(name), JSON.stringify({ ...draft, user: session.get().user.id, atMs: Date.now() }));
  } catch {
    // There is no room, or the browser stores nothing: leaving the page still asks.
  }
}

export const dropDraft = name => sessionStorage.removeItem(keyOf(name));

/** Returns a draft of the same user, or null. */
export function readDraft(name) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(keyOf(name)));
    return draft?.user === session.get().user.id ? draft : null;
  } catch {
    return null;
  }
}
