// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel buffers a few milliseconds of what a device sends, whatever its rate. */
class SendBufferLimitTest {
  private static final int MAX_BYTES = 8_000_000;
  private static final long MS = 1_000_000;

  private final SendBufferLimit limit = new SendBufferLimit(MAX_BYTES);
  private long nowNs = 5;

  /** Fills the buffer and empties half of it at a rate; the process runs late by a time. */
  private void cycle(double mbitPerSecond, double lateMs) {
    double bytesPerNs = mbitPerSecond / 8_000;
    int bytes = limit.bytes();
    limit.blocked(nowNs, bytes);
    long durationNs = (long) (bytes / 2 / bytesPerNs + lateMs * MS);
    nowNs += durationNs;
    limit.writable(nowNs, (int) Math.max(0, bytes - durationNs * bytesPerNs));
  }

  private double bufferedMs(double mbitPerSecond) {
    return limit.bytes() / (mbitPerSecond / 8_000) / MS;
  }

  @ParameterizedTest
  @CsvSource({"20", "50", "300", "1000", "10000"})
  void buffersAFewMilliseconds(double mbitPerSecond) {
    for (int i = 0; i < 20; i++) {
      cycle(mbitPerSecond, 0.1);
    }
    double ms = bufferedMs(mbitPerSecond);
    assertTrue(ms >= 2.9 && ms < 6, ms + " ms");
  }

  @Test
  void acceptsTwoDatagramsOnTheSlowestLink() {
    for (int i = 0; i < 20; i++) {
      cycle(0.1, 0.1);
    }
    assertEquals(SendBufferLimit.MIN_BYTES, limit.bytes());
  }

  @Test
  void staysWithinTheBufferOfTheSocket() {
    for (int i = 0; i < 20; i++) {
      cycle(1_000_000, 0);
    }
    assertEquals(MAX_BYTES, limit.bytes());
  }

  @Test
  void buffersMoreWhereTheProcessRunsLate() {
    for (int i = 0; i < 200; i++) {
      cycle(50, 5);
    }
    double ms = bufferedMs(50);
    assertTrue(ms > 9 && ms <= 25, ms + " ms");
    for (int i = 0; i < 200; i++) {
      cycle(50, 0.1);
    }
    assertTrue(bufferedMs(50) < 4, bufferedMs(50) + " ms");
  }

  @Test
  void followsARateThatDrops() {
    for (int i = 0; i < 20; i++) {
      cycle(1_000, 0.1);
    }
    for (int i = 0; i < 8; i++) {
      cycle(5, 0.1);
    }
    assertTrue(limit.bytes() < 20_000, limit.bytes() + " bytes");
  }

  @Test
  void ignoresACycleThatSentNothing() {
    cycle(50, 0.1);
    int before = limit.bytes();
    limit.blocked(nowNs, before);
    limit.writable(nowNs + MS, before);
    assertEquals(before, limit.bytes());
  }
}
