// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.engine.Event;
import net.backhaul.engine.LatencyHistogram;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.PeerStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The lines by which an operator follows a node. */
class EventLogTest {
  private static final long NETWORK = 0x8056c2e21c000001L;
  private static final long PEER = 0x0b59471541L;
  private static final PeerStatus.PacketCounts NO_PACKETS = new PeerStatus.PacketCounts(0, 0, 0);
  private static final LatencyHistogram NO_LATENCIES = new LatencyHistogram(List.of(), 0, 0);

  private int changes;
  private final EventLog events = new EventLog(() -> changes++);
  @RegisterExtension final CapturedLog log = new CapturedLog(EventLog.class);

  @BeforeEach
  void logAll() {
    log.level(Level.DEBUG);
  }

  @Test
  void logsOnlineAndOffline() {
    events.onEvent(new Event.Online(false));
    events.onEvent(new Event.Offline());

    assertEquals(
        List.of(
            "INFO ONLINE: a root answers",
            "INFO OFFLINE: no root answers; peers without a direct path cannot be reached"),
        log.lines());
  }

  @Test
  void logsThatARootIsOnlineByItself() {
    events.onEvent(new Event.Online(true));

    assertEquals(List.of("INFO ONLINE: this node is a root itself"), log.lines());
  }

  @Test
  void logsStartWithoutRootsOnlyIfNoneHasAnswered() {
    events.logFailedStart();
    events.onEvent(new Event.Online(false));
    events.logFailedStart();

    assertEquals(
        List.of(
            "INFO OFFLINE: no root has answered since the start; is UDP to the roots permitted, and"
                + " does the file planet list the right ones?",
            "INFO ONLINE: a root answers"),
        log.lines());
  }

  @Test
  void logsEachStateOfANetworkOnce() {
    events.networkChanged(status(NetworkStatus.State.REQUESTING_CONFIGURATION));
    events.networkChanged(status(NetworkStatus.State.ACCESS_DENIED));
    events.networkChanged(status(NetworkStatus.State.ACCESS_DENIED));
    events.networkChanged(status(NetworkStatus.State.OK));
    events.networkLeft(NETWORK);
    events.networkLeft(NETWORK);

    assertEquals(
        List.of(
            "INFO network 8056c2e21c000001: joined, REQUESTING_CONFIGURATION",
            "INFO network 8056c2e21c000001: ACCESS_DENIED: the controller has not authorized this"
                + " node",
            "INFO network 8056c2e21c000001: OK",
            "INFO network 8056c2e21c000001: left"),
        log.lines());
  }

  @Test
  void logsPeersThatBecomeDirectOrRelayedAtDebug() {
    events.logPeers(() -> List.of(peer(List.of())));
    events.logPeers(() -> List.of(peer(List.of())));
    events.logPeers(() -> List.of(peer(List.of(path()))));
    events.logPeers(() -> List.of(peer(List.of())));

    assertEquals(
        List.of(
            "DEBUG peer 0b59471541: relayed",
            "DEBUG peer 0b59471541: direct, at 192.0.2.7/9993",
            "DEBUG peer 0b59471541: relayed"),
        log.lines());
  }

  @Test
  void doesNotListPeersAboveDebug() {
    log.level(Level.INFO);

    events.logPeers(
        () -> {
          throw new AssertionError("peers are listed");
        });

    assertEquals(List.of(), log.lines());
  }

  private static NetworkStatus status(NetworkStatus.State state) {
    return new NetworkStatus(NETWORK, 0x32aabbccddeeL, state, null, 0, List.of(), "");
  }

  private static PeerStatus.PathStatus path() {
    return new PeerStatus.PathStatus(
        new InetSocketAddress("192.0.2.7", 9993), 0, 1, 1, true, 0, null);
  }

  private static PeerStatus peer(List<PeerStatus.PathStatus> paths) {
    return new PeerStatus(
        PEER, 1, 14, 1, 5, PeerStatus.Role.LEAF, paths, 0, NO_PACKETS, NO_LATENCIES, null);
  }
}
