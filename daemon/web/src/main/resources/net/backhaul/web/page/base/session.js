// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and what they may do.
import { createStore, useStore } from 'base/store.js';

const LEVELS = ['read', 'authorize', 'operate', 'admin'];

/** undefined until known; null without a session; otherwise {user, csrfToken}. */
export const session = createStore(undefined);

/** Whether the last one ended without a log-out in this tab. */
let hasEnded = false;

export const sessionHasEnded = () => hasEnded;

/** Returns to the log-in, which says so if the session ended by itself. */
export function loseSession(byItself) {
  hasEnded = byItself && Boolean(session.get());
  session.set(null);
}

export const useSession = () => useStore(session);

/** Returns whether there is a network that the user may see; otherwise the controller rejects most requests. */
export const mayAnywhere = () => session.get()?.user.networks?.length !== 0;

/** Returns whether the user has a permission in a network; without one, in all networks. */
export function may(level, network) {
  const user = session.get()?.user;
  if (!user || LEVELS.indexOf(user.permission) < LEVELS.indexOf(level)) return false;
  return user.networks === null || (network !== undefined && user.networks.includes(network));
}
