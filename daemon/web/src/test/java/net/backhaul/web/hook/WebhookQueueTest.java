// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Retries of deliveries, and their limits. */
class WebhookQueueTest {
  private final WebhookQueue queue = new WebhookQueue();
  private long nowMs = 1_000;

  private static byte[] body(int number) {
    return new byte[] {(byte) number};
  }

  @Test
  void retriesLaterAndLaterAndGivesUp() {
    queue.add(body(1));
    long before = 0;
    for (int attempt = 1; attempt < WebhookQueue.MAX_ATTEMPTS; attempt++) {
      byte[] due = queue.due(nowMs);
      assertNotNull(due, "attempt " + attempt);
      queue.failed(due, nowMs);
      assertNull(queue.due(nowMs));
      long waitMs = 0;
      while (queue.due(nowMs + waitMs) == null) {
        waitMs += 1_000;
      }
      assertTrue(waitMs >= before && waitMs <= WebhookQueue.MAX_RETRY_MS, "waits " + waitMs);
      before = waitMs;
      nowMs += waitMs;
    }
    queue.failed(queue.due(nowMs), nowMs);
    assertEquals(0, queue.size());
    assertEquals(1, queue.dropped());
  }

  @Test
  void sendsInOrderAfterASuccess() {
    byte[] first = body(1);
    byte[] second = body(2);
    queue.add(first);
    queue.add(second);
    queue.failed(queue.due(nowMs), nowMs);
    nowMs += WebhookQueue.MAX_RETRY_MS;
    assertSame(first, queue.due(nowMs));
    queue.accepted(first);
    assertSame(second, queue.due(nowMs));
  }

  @Test
  void dropsTheOldestOfTooMany() {
    for (int i = 0; i < 2 * WebhookQueue.MAX_PENDING; i++) {
      queue.add(body(i));
    }
    assertEquals(WebhookQueue.MAX_PENDING, queue.size());
    assertEquals(WebhookQueue.MAX_PENDING, queue.dropped());
  }
}
