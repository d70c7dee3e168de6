// SPDX-License-Identifier: Apache-2.0
// Changes as they happen. After "reset" a view reads everything again.
import { useEffect, useRef } from 'base/lib.js';
import { createStore } from 'base/store.js';
import { loadSession } from 'base/api.js';

const TYPES = ['network', 'network-deleted', 'member', 'member-deleted', 'bin', 'blocked', 'unblocked', 'join-token', 'join-token-revoked', 'reset'];
const HIDDEN_MS = 20000;
const RETRY_MS = [500, 1000, 2000, 5000, 10000];

/** Whether changes arrive now. */
export const live = createStore(false);

const listeners = new Set();
let source = null;
let timer = 0;
let failures = 0;
let isWanted = false;
let hasMissed = false;
let hiding = 0;

function publish(type, data) {
  for (const each of [...listeners]) each({ type, ...data });
}

function open() {
  close();
  source = new EventSource('/api/v1/events');
  source.onopen = () => {
    if (hasMissed) publish('reset', {});
    hasMissed = false;
    failures = 0;
    live.set(true);
  };
  source.onerror = () => {
    live.set(false);
    hasMissed = true;
    failures++;
    // The browser reconnects by itself, unless the server has rejected the request.
    if (source?.readyState === EventSource.CLOSED) {
      const delay = RETRY_MS[Math.min(failures, RETRY_MS.length) - 1];
      timer = setTimeout(() => loadSession().then(resume, resume), delay);
    }
  };
  for (const type of TYPES) {
    source.addEventListener(type, event => publish(type, JSON.parse(event.data)));
  }
}

function close() {
  clearTimeout(timer);
  source?.close();
  source = null;
}

function resume() {
  if (isWanted) open();
}

/** A page that nobody sees holds no connection: browsers have six for all tabs of a server. */
function pause() {
  close();
  hasMissed = true;
}

addEventListener('pagehide', pause);
addEventListener('pageshow', event => event.persisted && resume());
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(pause, HIDDEN_MS);
  else if (!source) resume();
});

export function connect() {
  isWanted = true;
  hasMissed = false;
  open();
}

export function disconnect() {
  isWanted = false;
  close();
  live.set(false);
}

/** Calls a function with each change: {type, network, member, …}. */
export function useChanges(listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call = change => latest.current(change);
    listeners.add(call);
    // What such a view has read may have changed before the first event arrives.
    if (isWanted && !live.get()) hasMissed = true;
    return () => listeners.delete(call);
  }, []);
}

/** Calls a function now and then, while the page is visible. */
export function usePolling(poll, everyMs) {
  const latest = useRef(poll);
  latest.current = poll;
  useEffect(() => {
    const id = setInterval(() => document.hidden || latest.current(), everyMs);
    return () => clearInterval(id);
  }, [everyMs]);
}

/** Returns a function that calls another at once, then at most once in a time. */
export function throttle(call, everyMs) {
  let waits = 0;
  let again = false;
  const run = () => {
    again = false;
    waits = setTimeout(() => {
      waits = 0;
      if (again) run();
    }, everyMs);
    call();
  };
  return () => {
    if (waits) again = true;
    else run();
  };
}
