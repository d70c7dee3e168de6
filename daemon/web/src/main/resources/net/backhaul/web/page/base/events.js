// SPDX-License-Identifier: Apache-2.0
// Changes as they happen. After "reset" a view reads everything again.
import { useEffect, useRef } from 'base/lib.js';
import { createStore } from 'base/store.js';
import { loadSession } from 'base/api.js';

const TYPES = ['network', 'network-deleted', 'member', 'member-deleted', 'blocked', 'unblocked', 'reset'];
const RETRY_MS = [500, 1000, 2000, 5000, 10000];

/** Whether changes arrive now. */
export const live = createStore(false);

const listeners = new Set();
let source = null;
let timer = 0;
let failures = 0;

function publish(type, data) {
  for (const each of [...listeners]) each({ type, ...data });
}

export function connect() {
  disconnect();
  source = new EventSource('/api/v1/events');
  source.onopen = () => {
    if (failures > 0) publish('reset', {});
    failures = 0;
    live.set(true);
  };
  source.onerror = () => {
    live.set(false);
    failures++;
    // The browser reconnects by itself, unless the server has rejected the request.
    if (source?.readyState === EventSource.CLOSED) {
      const delay = RETRY_MS[Math.min(failures, RETRY_MS.length) - 1];
      timer = setTimeout(() => loadSession().then(connect, connect), delay);
    }
  };
  for (const type of TYPES) {
    source.addEventListener(type, event => publish(type, JSON.parse(event.data)));
  }
}

export function disconnect() {
  clearTimeout(timer);
  source?.close();
  source = null;
  live.set(false);
}

/** Calls a function with each change: {type, network, member, …}. */
export function useChanges(listener) {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const call = change => latest.current(change);
    listeners.add(call);
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
