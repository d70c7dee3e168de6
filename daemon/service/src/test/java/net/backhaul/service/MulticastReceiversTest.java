// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A datagram to a group from one member reaches all others that have joined the group, each on a
 * host of its own: 6, or as many as {@code -Dbackhaul.receivers=20} requests.
 */
class MulticastReceiversTest {
  private static final int RECEIVERS = Integer.getInteger("backhaul.receivers", 6);
  private static final int PORT = 5_004;
  private static final int WAIT_MS = 100;
  private static final int LAST_WAIT_MS = 5_000;

  /** ZeroTier One looks for the groups of a device once a minute. */
  private static final long GROUPS_WITHIN_S = 90;

  private static final InetSocketAddress GROUP = new InetSocketAddress("239.1.2.3", PORT);
  private static final String GROUP_MAC = "01:00:5e:01:02:03";
  private static final String NETWORK =
      """
      {"private": true, "v4AssignMode": {"zt": true}, "routes": [{"target": "10.81.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.81.0.1", "ipRangeEnd": "10.81.0.99"}]}
      """;

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(1 + RECEIVERS);
  private final List<MulticastSocket> sockets = new ArrayList<>();

  @AfterEach
  void stop() {
    sockets.forEach(MulticastSocket::close);
  }

  private static MulticastSocket open(String device) throws IOException {
    NetworkInterface link = NetworkInterface.getByName(device);
    var socket = new MulticastSocket(PORT);
    socket.setNetworkInterface(link);
    socket.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, false);
    socket.joinGroup(GROUP, link);
    socket.setSoTimeout(WAIT_MS);
    return socket;
  }

  /** Returns how many receivers get a number, which differs for each attempt. */
  private int receivers(MulticastSocket sender, byte number) {
    try {
      sender.send(new DatagramPacket(new byte[] {number}, 1, GROUP));
      int receivers = 0;
      for (MulticastSocket each : sockets.subList(1, sockets.size())) {
        receivers += receives(each, number) ? 1 : 0;
      }
      return receivers;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean receives(MulticastSocket socket, byte number) throws IOException {
    var packet = new DatagramPacket(new byte[1], 1);
    try {
      do {
        socket.receive(packet);
      } while (packet.getData()[0] != number);
      return true;
    } catch (SocketTimeoutException lost) {
      return false;
    }
  }

  @Test
  void reachesEachReceiver() throws Exception {
    NamespaceMembers nodes = SHARED.nodes();
    String network = nodes.network(1, NETWORK);
    for (NamespaceNode member : SHARED.members()) {
      nodes.join(member, network, "{\"name\": \"member\"}");
    }
    for (NamespaceNode member : SHARED.members()) {
      String device = NamespaceMembers.awaitDevice(member, network, "inet 10.81.0.");
      sockets.add(member.here(() -> open(device)));
    }
    // The sender gathers the members of a group once a minute: all have to be in it before.
    for (NamespaceNode member : SHARED.members()) {
      Await.within(
          GROUPS_WITHIN_S,
          () ->
              String.valueOf(NamespaceMembers.field(member, network, "multicastSubscriptions"))
                  .contains(GROUP_MAC),
          () -> "groups: " + NamespaceMembers.field(member, network, "multicastSubscriptions"));
    }
    var number = new byte[1];
    var reached = new int[1];
    Await.until(
        () -> {
          reached[0] = receivers(sockets.getFirst(), ++number[0]);
          return reached[0] == RECEIVERS;
        },
        () -> reached[0] + " of " + RECEIVERS + " receivers reached");
    // Known members get the following ones at once; a busy host receives them later.
    for (MulticastSocket each : sockets) {
      each.setSoTimeout(LAST_WAIT_MS);
    }
    assertEquals(RECEIVERS, receivers(sockets.getFirst(), ++number[0]));
  }
}
