// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DescriptorReserveTest {
  private final AtomicInteger evictions = new AtomicInteger();
  private final DescriptorReserve reserve = new DescriptorReserve(evictions::incrementAndGet);
  private final EmbeddedChannel server = new EmbeddedChannel(reserve);
  @RegisterExtension final CapturedLog log = new CapturedLog(DescriptorReserve.class);

  @BeforeEach
  void freezeTime() {
    server.freezeTime();
  }

  @AfterEach
  void close() {
    reserve.close();
    server.close();
  }

  @Test
  void evictsOneConnectionAndContinuesToAccept() {
    assertTrue(reserve.isHeld());

    server.pipeline().fireExceptionCaught(new IOException("Too many open files"));

    assertFalse(reserve.isHeld());
    assertEquals(1, evictions.get());
    assertFalse(server.config().isAutoRead());
    server.advanceTimeBy(DescriptorReserve.PAUSE_MS, TimeUnit.MILLISECONDS);
    server.runScheduledPendingTasks();
    assertTrue(server.config().isAutoRead());
    server.checkException(); // None has reached the end of the pipeline.

    reserve.reclaim();
    assertTrue(reserve.isHeld());
  }

  @Test
  void logsLimitOnceAndCountsEachFailure() {
    for (int i = 0; i < 3; i++) {
      server.pipeline().fireExceptionCaught(new IOException("Too many open files"));
    }

    assertEquals(3, reserve.failures());
    assertEquals(1, log.messages().size());
    String line = log.messages().getFirst();
    assertTrue(
        line.startsWith("a connection of the API cannot be accepted: Too many open files; "), line);
    assertTrue(line.contains("raise LimitNOFILE="), line);
  }
}
