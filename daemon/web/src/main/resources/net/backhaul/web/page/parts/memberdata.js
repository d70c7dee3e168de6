// SPDX-License-Identifier: Apache-2.0
// The members that a search finds, of which only those are read that are looked at.
import { useEffect, useMemo, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { throttle, useChanges, usePolling } from 'base/events.js';
import { membersPath } from 'parts/memberactions.js';

const PAGE = 100;
const MAX_PAGE = 1000;
const REFRESH_MS = 300;
const POLL_MS = 5000;

class MemberList {
  constructor(network, search, sort, changed) {
    this.path = `${membersPath(network)}?q=${encodeURIComponent(search)}&sort=${encodeURIComponent(sort)}`;
    this.changed = changed;
    this.pages = new Map();
    this.total = 0;
    this.matching = 0;
    this.isKnown = false;
    this.problem = null;
    this.first = 0;
    this.last = PAGE - 1;
    this.isClosed = false;
    this.requests = 0;
    /** The number of the request whose answer is shown, by page. */
    this.answered = new Map();
    this.refresh = throttle(() => this.read(), REFRESH_MS);
  }

  row(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  show(first, last) {
    this.first = Math.max(0, first);
    this.last = last;
    for (let page = Math.floor(this.first / PAGE); page * PAGE <= last; page++) {
      if (!this.pages.has(page)) {
        this.pages.set(page, []);
        this.load(page);
      }
    }
  }

  /** Reads what is shown again, and forgets the rest. */
  read() {
    const from = Math.floor(this.first / PAGE);
    const to = Math.floor(Math.max(this.last, this.first) / PAGE);
    for (const page of [...this.pages.keys()]) if (page < from || page > to) this.pages.delete(page);
    for (let page = from; page <= to; page++) {
      if (!this.pages.has(page)) this.pages.set(page, []);
      this.load(page);
    }
  }

  async load(page) {
    const number = ++this.requests;
    // Each answer that is newer counts: under steady changes there is always another one to come.
    const isOld = () => this.isClosed || !this.pages.has(page) || number < (this.answered.get(page) ?? 0);
    try {
      const found = await api.get(`${this.path}&offset=${page * PAGE}&limit=${PAGE}`);
      if (isOld()) return;
      this.answered.set(page, number);
      this.pages.set(page, found.members);
      this.total = found.total;
      this.matching = found.matching;
      this.problem = null;
      this.isKnown = true;
    } catch (problem) {
      if (isOld()) return;
      this.problem = problem;
    }
    this.changed();
  }

  /** Returns all that the search finds. */
  async all() {
    const members = [];
    for (;;) {
      const found = await api.get(`${this.path}&offset=${members.length}&limit=${MAX_PAGE}`);
      members.push(...found.members);
      if (!found.members.length || members.length >= found.matching) return members;
    }
  }
}

/** Returns the list of a search, kept up to date. */
export function useMembers(network, search, sort) {
  const [, setVersion] = useState(0);
  const list = useMemo(
    () => new MemberList(network, search, sort, () => setVersion(before => before + 1)),
    [network, search, sort],
  );
  useEffect(() => {
    list.isClosed = false;
    list.read();
    return () => {
      list.isClosed = true;
    };
  }, [list]);
  useChanges(change => (change.type === 'reset' || change.network === network) && list.refresh());
  usePolling(list.refresh, POLL_MS);
  return list;
}
