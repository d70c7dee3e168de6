// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.service.interfaces.HostAccess;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.names.MemberNames;
import net.backhaul.service.relay.RelayClient;
import net.backhaul.service.relay.RelayCounters;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.udp.UdpSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The log of internal errors of the node. */
class NodeOutputTest {
  @RegisterExtension final CapturedLog log = new CapturedLog(NodeOutput.class);

  @Test
  void logsEachKindOfInternalErrorOnce(@TempDir Path home) throws IOException {
    try (var loop = new NodeLoop();
        var checks = new IdentityChecks();
        var names = new MemberNames(loop);
        var devices =
            new Interfaces(loop, options -> null, HostAccess.NONE, home, id -> settings());
        var state = new SavedState(HomeDirectory.open(home))) {
      var output =
          new NodeOutput(
              new NodeOutput.Sockets(
                  new UdpSockets(loop), new RelayClient(loop, List::of, new RelayCounters())),
              new NodeOutput.Threads(loop, checks),
              state,
              new NodeOutput.JoinedNetworks(devices, names),
              new EventLog(() -> {}),
              event -> {});
      for (int i = 0; i < 100; i++) {
        output.internalError("handling a datagram", new IllegalStateException("" + i));
        output.internalError("sending a frame", new IllegalStateException("" + i));
      }
    }
    assertEquals(
        List.of(
            "ERROR internal error while handling a datagram",
            "ERROR internal error while sending a frame"),
        log.lines());
  }

  private static LocalNetworkSettings settings() {
    throw new AssertionError("no device is opened");
  }
}
