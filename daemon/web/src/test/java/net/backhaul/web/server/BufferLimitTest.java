// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

/** What connections keep in memory together. */
class BufferLimitTest {
  private final BufferLimit limit = new BufferLimit(100);
  private final EmbeddedChannel first = channel();
  private final EmbeddedChannel second = channel();
  private final EmbeddedChannel third = channel();

  private static EmbeddedChannel channel() {
    return new EmbeddedChannel(new ChannelInboundHandlerAdapter());
  }

  @Test
  void evictsTheOldest() {
    assertTrue(limit.keep(first, 40));
    assertTrue(limit.keep(second, 40));
    assertTrue(limit.keep(first, 60), "a longer one does not get younger");

    assertTrue(limit.keep(third, 30));
    assertFalse(first.isOpen());
    assertTrue(second.isOpen() && third.isOpen());
    assertEquals(70, limit.totalBytes());
  }

  @Test
  void evictsNoneInUse() {
    assertTrue(limit.keep(first, 60));
    limit.use(first);
    assertTrue(limit.keep(second, 30));

    assertFalse(limit.keep(third, 80));
    assertTrue(first.isOpen());
    assertFalse(second.isOpen());
    assertEquals(60, limit.totalBytes());
  }

  /** The memory of a request is in use until it is answered, whether or not anybody waits. */
  @Test
  void countsWhatIsInUseOfClosedConnections() {
    limit.keep(first, 60);
    limit.use(first);
    limit.keep(second, 30);

    limit.closed(first);
    limit.closed(second);
    assertEquals(60, limit.totalBytes());
    limit.release(first);
    limit.release(first);
    assertEquals(0, limit.totalBytes());
  }

  /** A single one is bounded elsewhere. */
  @Test
  void acceptsOneThatIsLonger() {
    assertTrue(limit.keep(first, 101));
    assertTrue(limit.keep(second, 1));
    assertFalse(first.isOpen());
  }
}
