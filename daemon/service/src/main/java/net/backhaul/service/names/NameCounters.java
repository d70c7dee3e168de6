// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.util.concurrent.atomic.AtomicLong;

/** Counters of the resolver, read by any thread. */
public final class NameCounters {
  final AtomicLong answered = new AtomicLong();
  final AtomicLong unknown = new AtomicLong();
  final AtomicLong rejected = new AtomicLong();
  final AtomicLong dropped = new AtomicLong();

  /** Returns the queries for names that exist. */
  public long answered() {
    return answered.get();
  }

  /** Returns the queries for names that a network could have, and has not. */
  public long unknown() {
    return unknown.get();
  }

  /** Returns the queries for names of no network, and malformed ones. */
  public long rejected() {
    return rejected.get();
  }

  /** Returns the datagrams that were not answered: no queries, or too many in a second. */
  public long dropped() {
    return dropped.get();
  }
}
