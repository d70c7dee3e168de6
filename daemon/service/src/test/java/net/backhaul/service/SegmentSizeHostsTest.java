// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The segment size that kernels agree on through two daemons (03 section 6.6). */
class SegmentSizeHostsTest {
  private static final int PORT = 4_023;
  private static final int BYTES = 20_000;
  private static final int TIMEOUT_MS = 10_000;

  /** A link with an MTU of 1500, less the headers of IPv4 and UDP. */
  private static final int PATH_MTU = 1_472;

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private NamespaceNode alice;
  private NamespaceNode bob;
  private String alicesDevice;
  private String bobsDevice;
  private ServerSocket server;

  @BeforeEach
  void join() throws Exception {
    alice = SHARED.members().getFirst();
    bob = SHARED.members().getLast();
    assumeTrue(alice.programs() == null && bob.programs() == null, "needs our daemons");
    String network = SHARED.nodes().network(1, "{\"private\": true, \"mtu\": 1500}");
    alicesDevice = join(alice, network, 1);
    bobsDevice = join(bob, network, 2);
    server = bob.here(() -> new ServerSocket(PORT));
    server.setSoTimeout(TIMEOUT_MS);
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static String join(NamespaceNode member, String network, int host) throws Exception {
    SHARED.nodes().join(member, network, "{\"noAutoAssignIps\": true}");
    Await.until(
        () ->
            "OK".equals(NamespaceMembers.field(member, network, "status"))
                && !NamespaceMembers.deviceOf(member, network).isEmpty());
    String device = NamespaceMembers.deviceOf(member, network);
    member.ip("address", "add", "10.78.0." + host + "/24", "dev", device);
    member.ip("address", "add", "fd78::" + host + "/64", "dev", device, "nodad");
    return device;
  }

  /** A packet of 1472 bytes has 28 bytes of header, 10 of FRAME, 40 or 60 of IP and TCP. */
  @Test
  void letsSegmentsFillADatagram() throws Exception {
    Await.until(
        () -> {
          exchange("10.78.0.2");
          return pathMtu(alice, bob) == PATH_MTU && pathMtu(bob, alice) == PATH_MTU;
        },
        () -> pathMtu(alice, bob) + " and " + pathMtu(bob, alice));

    assertSizes("10.78.0.2", 1_460, 1_394);
    assertSizes("fd78::2", 1_440, 1_374);
  }

  /** Each end states its own size, and receives a smaller one. */
  private void assertSizes(String address, int stated, int reduced) throws Exception {
    try (var atAlice = alice.here(() -> new SynCapture(alicesDevice, PORT));
        var atBob = bob.here(() -> new SynCapture(bobsDevice, PORT))) {
      exchange(address);

      assertEquals(stated + " " + reduced, atAlice.sizes());
      assertEquals(reduced + " " + stated, atBob.sizes());
    }
  }

  /** Connects Alice to Bob, and transfers bytes in both directions. */
  private void exchange(String address) {
    try (Socket client = alice.here(() -> new Socket(address, PORT));
        Socket accepted = server.accept()) {
      transfer(client, accepted);
      transfer(accepted, client);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static void transfer(Socket from, Socket to) throws IOException {
    to.setSoTimeout(TIMEOUT_MS);
    from.getOutputStream().write(new byte[BYTES]);
    assertEquals(BYTES, to.getInputStream().readNBytes(BYTES).length);
  }

  /** Returns the MTU of the path from a node to another, or 0. */
  private static int pathMtu(NamespaceNode from, NamespaceNode to) {
    try {
      var diagnosis = (Map<?, ?>) Json.parse(from.request("GET", "/diagnosis", ""));
      for (Object each : (List<?>) diagnosis.get("peers")) {
        var peer = (Map<?, ?>) each;
        if (to.address().equals(peer.get("address")) && "DIRECT".equals(peer.get("link"))) {
          return ((Number) peer.get("pathMtu")).intValue();
        }
      }
      return 0;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
