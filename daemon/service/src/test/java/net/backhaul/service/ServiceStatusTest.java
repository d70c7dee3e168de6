// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.NetworkStatus.State;
import net.backhaul.engine.PeerCounts;
import org.junit.jupiter.api.Test;

/** The text that {@code systemctl status} shows. */
class ServiceStatusTest {
  private static final PeerCounts PEERS = new PeerCounts(4, 1);

  private static String text(boolean online, boolean wasOnline, State... states) {
    return new ServiceStatus.Content(online, wasOnline, networks(states), PEERS, "").text();
  }

  private static List<NetworkStatus> networks(State... states) {
    long[] id = {0x8056c2e21c000000L};
    return Arrays.stream(states)
        .map(state -> new NetworkStatus(++id[0], 0, state, null, 0, List.of(), ""))
        .toList();
  }

  @Test
  void countsNetworksAndPeers() {
    assertEquals(
        "ONLINE; networks: 2 of 2 OK; peers: 4 direct, 1 relayed",
        text(true, true, State.OK, State.OK));
  }

  @Test
  void namesNetworkThatIsNotOk() {
    assertEquals(
        "ONLINE; networks: 1 of 2 OK, 8056c2e21c000002 PORT_ERROR; peers: 4 direct, 1 relayed",
        text(true, true, State.OK, State.PORT_ERROR));
  }

  @Test
  void namesFewOfManyNetworks() {
    assertEquals(
        "ONLINE; networks: 0 of 5 OK, 8056c2e21c000001 NOT_FOUND, 8056c2e21c000002 ACCESS_DENIED,"
            + " 8056c2e21c000003 NOT_FOUND, 2 more not OK; peers: 4 direct, 1 relayed",
        text(
            true,
            true,
            State.NOT_FOUND,
            State.ACCESS_DENIED,
            State.NOT_FOUND,
            State.NOT_FOUND,
            State.NOT_FOUND));
  }

  @Test
  void distinguishesOfflineBeforeAndAfterFirstAnswer() {
    assertEquals(
        "OFFLINE: no root has answered yet; networks: none joined;"
            + " peers: 4 direct, 1 without a path",
        text(false, false));
    assertEquals(
        "OFFLINE: no root answers; networks: none joined; peers: 4 direct, 1 without a path",
        text(false, true));
  }

  @Test
  void appendsOutcomeOfReload() {
    assertEquals(
        "ONLINE; networks: none joined; peers: 4 direct, 1 relayed; local.conf is unusable",
        new ServiceStatus.Content(true, true, List.of(), PEERS, "local.conf is unusable").text());
  }
}
