// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.udp.UdpSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of internal errors of the node. */
class NodeOutputTest {
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @Test
  void logsEachKindOfInternalErrorOnce(@TempDir Path home) throws IOException {
    var logger = (Logger) org.slf4j.LoggerFactory.getLogger(NodeOutput.class);
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    try (var loop = new NodeLoop();
        var devices = new Interfaces(loop, options -> null, home, id -> settings());
        var state = new SavedState(HomeDirectory.open(home))) {
      var output =
          new NodeOutput(new UdpSockets(loop), state, devices, new EventLog(() -> {}), event -> {});
      for (int i = 0; i < 100; i++) {
        output.internalError("handling a datagram", new IllegalStateException("" + i));
        output.internalError("sending a frame", new IllegalStateException("" + i));
      }
    } finally {
      logger.detachAppender(lines);
      logger.setAdditive(true);
    }
    assertEquals(
        List.of("internal error while handling a datagram", "internal error while sending a frame"),
        lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
    assertEquals(Level.ERROR, lines.list.getFirst().getLevel());
  }

  private static LocalNetworkSettings settings() {
    throw new AssertionError("no device is opened");
  }
}
