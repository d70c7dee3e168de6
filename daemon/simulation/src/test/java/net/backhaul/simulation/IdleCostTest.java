// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a node with ten peers sends and receives at rest, all behind NATs (docs/performance.md, "At
 * rest").
 */
class IdleCostTest extends ScenarioTest {
  private static final int PEERS = 10;
  private static final long HOUR_MS = 3_600_000;

  /** How long the path to a peer is kept open after the last frame (02 section 3.11). */
  private static final long ACTIVE_MS = 500_000;

  /**
   * What the reference sends and receives in an hour for a peer while the path is kept open; what
   * it exchanges with its roots was not counted.
   */
  private static final int REFERENCE_PACKETS = 780;

  private static final int REFERENCE_BYTES = 47_460;

  /** For each peer and hour with what the root gets, while paths are kept open. */
  private static final int MAX_PACKETS_WITH_ROOT = 430;

  /** In an hour to and from the root alone, after that. */
  private static final int MAX_ROOT_PACKETS = 1_000;

  private static final int MAX_ROOT_BYTES = 48_000;

  /** For each peer and hour without the root, after that. */
  private static final int MAX_LATER_PACKETS = 100;

  private static final int MAX_LATER_BYTES = 2_500;

  private final List<SimulatedHost> peers = new ArrayList<>();
  private InetAddress aliceIp;
  private final Cost ofPeers = new Cost();
  private final Cost ofRoot = new Cost();

  /** What was sent in both directions. */
  private static final class Cost {
    int packets;
    int bytes;

    void add(int datagramBytes) {
      packets++;
      bytes += datagramBytes;
    }

    void clear() {
      packets = 0;
      bytes = 0;
    }

    @Override
    public String toString() {
      return packets + " packets, " + bytes + " bytes";
    }
  }

  @BeforeEach
  void start() {
    scenario.startRoot();
    SimulatedNat nat = internet.nat(ALICE_IP, Kind.CONE);
    alice = startMember(internet.host("10.1.0.2", nat));
    var starts = new Random(1);
    aliceIp = InetAddress.ofLiteral(ALICE_IP);
    for (int i = 0; i < PEERS; i++) {
      internet.run(starts.nextInt(5_000)); // Else all check their paths in the same millisecond.
      SimulatedNat ofPeer = internet.nat("192.88.98." + (i + 1), Kind.CONE);
      peers.add(startMember(internet.host("10.2." + i + ".2", ofPeer)));
    }
    internet.run(5_000);
    exchangeFrames();
    internet.run(20_000);
    internet.observe(
        (from, to, datagram, atMs) -> {
          boolean ofAlice = from.getAddress().equals(aliceIp) || to.getAddress().equals(aliceIp);
          boolean isOfRoot = from.equals(root.endpoint()) || to.equals(root.endpoint());
          if (ofAlice) {
            (isOfRoot ? ofRoot : ofPeers).add(datagram.length);
          }
        });
  }

  private void exchangeFrames() {
    for (SimulatedHost peer : peers) {
      assertPings(alice, peer, 2_000);
    }
  }

  @Test
  void keepsPathsOpenForHalfOfWhatTheReferenceSends() {
    long runMs = ACTIVE_MS - 60_000;
    internet.run(runMs);

    double share = (double) HOUR_MS / runMs / PEERS;
    long packets = Math.round(ofPeers.packets * share);
    long bytes = Math.round(ofPeers.bytes * share);
    assertTrue(packets <= REFERENCE_PACKETS / 2, packets + " packets");
    assertTrue(bytes <= REFERENCE_BYTES / 2, bytes + " bytes");
    long allPackets = packets + Math.round(ofRoot.packets * share);
    long allBytes = bytes + Math.round(ofRoot.bytes * share);
    assertTrue(allPackets <= MAX_PACKETS_WITH_ROOT, allPackets + " packets with those of the root");
    assertTrue(allBytes <= REFERENCE_BYTES / 2, allBytes + " bytes with those of the root");
    for (SimulatedHost peer : peers) {
      assertTrue(alice.isDirectTo(peer));
      assertPings(peer, alice, 100); // At once: the mappings of both NATs live.
    }
  }

  @Test
  void sendsLittleToPeersWithoutFrames() {
    internet.run(ACTIVE_MS + 60_000);
    ofPeers.clear();
    ofRoot.clear();
    internet.run(HOUR_MS);

    assertTrue(ofPeers.packets / PEERS <= MAX_LATER_PACKETS, ofPeers::toString);
    assertTrue(ofPeers.bytes / PEERS <= MAX_LATER_BYTES, ofPeers::toString);
    assertTrue(ofRoot.packets <= MAX_ROOT_PACKETS, ofRoot::toString);
    assertTrue(ofRoot.bytes <= MAX_ROOT_BYTES, ofRoot::toString);
    exchangeFrames();
  }
}
