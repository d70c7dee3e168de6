// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Deliveries that wait, in order, with their retries; sans-IO. */
final class WebhookQueue {
  /** Maximum deliveries that wait; the oldest is dropped. */
  static final int MAX_PENDING = 256;

  /** Maximum attempts of one delivery, over about half an hour. */
  static final int MAX_ATTEMPTS = 10;

  static final long FIRST_RETRY_MS = 2_000;
  static final long MAX_RETRY_MS = 600_000;

  private final ArrayDeque<byte[]> pending = new ArrayDeque<>();
  private int attempts;
  private long nextMs;
  private long dropped;

  /** Adds a delivery. */
  void add(byte[] body) {
    pending.addLast(body);
    if (pending.size() > MAX_PENDING) {
      pending.removeFirst();
      attempts = 0;
      dropped++;
    }
  }

  /** Returns the delivery whose time has come; null for none. */
  byte @Nullable [] due(long nowMs) {
    return pending.isEmpty() || nowMs < nextMs ? null : pending.peekFirst();
  }

  /** Removes the first delivery, which was accepted. */
  void accepted(byte[] body) {
    attempts = 0;
    nextMs = 0;
    pending.remove(body);
  }

  /** Has the first delivery retried later, or drops it after its last attempt. */
  void failed(byte[] body, long nowMs) {
    attempts++;
    if (attempts >= MAX_ATTEMPTS) {
      attempts = 0;
      dropped++;
      pending.remove(body);
    }
    nextMs = nowMs + Math.min(FIRST_RETRY_MS << attempts, MAX_RETRY_MS);
  }

  int size() {
    return pending.size();
  }

  /** Returns how many deliveries were given up. */
  long dropped() {
    return dropped;
  }

  void clear() {
    pending.clear();
    attempts = 0;
    nextMs = 0;
  }
}
