// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.Packets;
import org.junit.jupiter.api.Test;

/** How the traffic class passes between frames and datagrams (02 section 1.9). */
class TunneledEcnTest extends ScenarioTest {
  private static final int EXPEDITED = 46 << 2;
  private static final int LOW_PRIORITY = 1 << 2;

  /** Fits into one datagram, and is longer than what nodes send unsolicited. */
  private static final int SHORT_FRAME = 1_300;

  private static final int FRAME_OF_TWO_DATAGRAMS = 2_700;
  private static final int DATA_BYTES = 1_000;

  /** The length of a datagram that only opens a NAT. */
  private static final int BYTES_FOR_NAT = 4;

  /** The traffic classes of frames that Bob's device got. */
  private final List<Integer> delivered = new ArrayList<>();

  /** The classes of the long datagrams of a send, as they left. */
  private final Set<Integer> sentByAlice = new TreeSet<>();

  private final Set<Integer> sentByRoot = new TreeSet<>();
  private final Set<Integer> controlOfAlice = new TreeSet<>();
  private SimulatedInternet.PathModel router = (from, to, length, trafficClass) -> trafficClass;

  @Test
  void copiesEcnToDatagramsForPeersThatStateIt() {
    start(true, true, true);

    for (int ecn : List.of(Ecn.NOT_ECT, Ecn.ECT_1, Ecn.ECT_0, Ecn.CE)) {
      assertEquals(List.of(EXPEDITED | ecn), send(EXPEDITED | ecn, SHORT_FRAME));
      assertEquals(Set.of(ecn), sentByAlice);
    }
  }

  @Test
  void sendsNothingEcnCapableToOtherPeers() {
    start(true, false, true);

    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(0), sentByAlice);
  }

  @Test
  void ignoresMarksFromPeersThatDoNotStateEcn() {
    start(false, true, true);
    router = (from, to, length, trafficClass) -> Ecn.CE;

    assertEquals(List.of(Ecn.NOT_ECT), send(Ecn.NOT_ECT, SHORT_FRAME));
    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
  }

  @Test
  void appliesMarksToFrames() {
    start(true, true, true);
    markEcnCapable();

    assertEquals(List.of(EXPEDITED | Ecn.CE), send(EXPEDITED | Ecn.ECT_0, SHORT_FRAME));
    assertEquals(List.of(Ecn.CE), send(Ecn.ECT_1, SHORT_FRAME));
    assertEquals(List.of(Ecn.CE), send(Ecn.CE, SHORT_FRAME));
    assertEquals(List.of(Ecn.NOT_ECT), send(Ecn.NOT_ECT, SHORT_FRAME));
    assertEquals(0, bob.dropped(Drop.CONGESTION_MARKED));
  }

  @Test
  void keepsMarkOnAnyFragment() {
    start(true, true, true);
    int[] datagrams = {0};
    for (int marked = 0; marked < 2; marked++) {
      int number = marked;
      datagrams[0] = 0;
      router =
          (from, to, length, trafficClass) ->
              trafficClass != 0 && datagrams[0]++ == number ? Ecn.CE : trafficClass;

      assertEquals(List.of(Ecn.CE), send(Ecn.ECT_0, FRAME_OF_TWO_DATAGRAMS));
      assertEquals(2, datagrams[0]);
    }
    router = (from, to, length, trafficClass) -> trafficClass;
    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, FRAME_OF_TWO_DATAGRAMS));
  }

  @Test
  void dropsMarkedFrameOfFlowThatIsNotEcnCapable() {
    start(true, true, true);
    router = (from, to, length, trafficClass) -> length > DATA_BYTES ? Ecn.CE : trafficClass;

    assertEquals(List.of(), send(Ecn.NOT_ECT, SHORT_FRAME));
    assertEquals(1, bob.dropped(Drop.CONGESTION_MARKED));
    assertEquals(List.of(Ecn.CE), send(Ecn.ECT_0, SHORT_FRAME));
  }

  @Test
  void ignoresMarksOnPathThatMarksEverything() {
    router = (from, to, length, trafficClass) -> Ecn.CE;
    start(true, true, true);

    assertEquals(List.of(Ecn.NOT_ECT), send(Ecn.NOT_ECT, SHORT_FRAME));
    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));

    router = (from, to, length, trafficClass) -> trafficClass;
    internet.run(60_000); // The next OK shows that marks have a meaning again.
    markEcnCapable();
    assertEquals(List.of(Ecn.CE), send(Ecn.ECT_0, SHORT_FRAME));
  }

  @Test
  void stopsMarkingForPeerThatWasReplaced() {
    start(true, true, true);
    bob.stop();
    bob.start(); // Its sockets do not read ECN now.
    observeFrames();
    internet.run(61_000);

    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(0), sentByAlice);
  }

  @Test
  void passesMarksThroughRoots() {
    start(true, true, true);
    separate();

    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(Ecn.ECT_0), sentByAlice);
    assertEquals(Set.of(Ecn.ECT_0), sentByRoot);

    router =
        (from, to, length, trafficClass) ->
            trafficClass != 0 && to.equals(root.endpoint()) ? Ecn.CE : trafficClass;
    assertEquals(List.of(Ecn.CE), send(Ecn.ECT_0, SHORT_FRAME));
  }

  @Test
  void sendsNothingEcnCapableThroughRootsThatDoNotStateIt() {
    start(true, true, false);
    separate();

    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(0), sentByAlice);
  }

  /** As a router drops a packet that it cannot mark. */
  @Test
  void dropsMarkTowardsRootThatDoesNotStateIt() {
    SimulatedHost second = internet.host("192.88.99.2");
    startWithRoots(root, second);
    var separated =
        Set.of(
            Set.of(alice.endpoint(), bob.endpoint()),
            Set.of(alice.endpoint(), second.endpoint()),
            Set.of(bob.endpoint(), root.endpoint()));
    SimulatedInternet.PathModel cut =
        (from, to, length, trafficClass) ->
            separated.contains(Set.of(from, to)) ? SimulatedInternet.PathModel.LOST : trafficClass;
    router = cut;
    internet.run(300_000);

    assertEquals(List.of(Ecn.ECT_0), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(Ecn.ECT_0), sentByAlice);
    assertEquals(Set.of(Ecn.NOT_ECT), sentByRoot);

    router =
        (from, to, length, trafficClass) ->
            cut.trafficClass(from, to, length, trafficClass) == Ecn.ECT_0 ? Ecn.CE : trafficClass;
    assertEquals(List.of(), send(Ecn.ECT_0, SHORT_FRAME));
    assertEquals(1, root.dropped(Drop.CONGESTION_MARKED));
  }

  @Test
  void sendsFramesWithTheirDscp() {
    start(false, false, true);
    alice.running().options(options(NodeOptions.COPIED_DSCP), internet.nowMs());

    assertEquals(List.of(EXPEDITED | Ecn.ECT_0), send(EXPEDITED | Ecn.ECT_0, SHORT_FRAME));
    assertEquals(Set.of(EXPEDITED), sentByAlice);

    internet.run(60_000);
    assertEquals(Set.of(0), controlOfAlice);
  }

  @Test
  void sendsAllDatagramsWithConfiguredDscp() {
    start(true, true, true);
    alice.running().options(options(LOW_PRIORITY >> 2), internet.nowMs());

    send(EXPEDITED | Ecn.ECT_0, SHORT_FRAME);
    assertEquals(Set.of(LOW_PRIORITY | Ecn.ECT_0), sentByAlice);

    internet.run(60_000);
    assertEquals(Set.of(LOW_PRIORITY), controlOfAlice);
  }

  @Test
  void sendsProbesOfMtuAndDatagramsForNatsWithConfiguredDscp() {
    alice = internet.host(ALICE_IP).sendUnfragmented().options(options(LOW_PRIORITY >> 2));
    bob = internet.host(BOB_IP);
    Set<Integer> classes = new TreeSet<>();
    Set<Integer> lengths = new TreeSet<>();
    internet.router(
        (from, to, length, trafficClass) -> {
          if (from.equals(alice.endpoint())) {
            classes.add(trafficClass);
            lengths.add(length);
          }
          return trafficClass;
        });
    scenario.startRoot();
    startMember(alice);
    startMember(bob);
    internet.run(1_000);
    assertPings(alice, bob, 5_000);
    for (int i = 0; i < 30; i++) {
      send(Ecn.NOT_ECT, FRAME_OF_TWO_DATAGRAMS);
    }

    assertTrue(lengths.contains(BYTES_FOR_NAT), lengths + " bytes");
    assertTrue(lengths.stream().anyMatch(each -> each > Packets.DEFAULT_MTU_BYTES), "no probe");
    assertEquals(Set.of(LOW_PRIORITY), classes);
  }

  private static NodeOptions options(int dscp) {
    return new NodeOptions(
        List.of(),
        Map.of(),
        Map.of(),
        NodeOptions.DEFAULT_MAX_PEERS,
        false,
        dscp,
        NodeOptions.RelayUse.NEVER);
  }

  /** Starts Alice, Bob and the root, and says whose sockets read ECN. */
  private void start(boolean aliceReads, boolean bobReads, boolean rootReads) {
    alice = internet.host(ALICE_IP);
    bob = internet.host(BOB_IP);
    internet.router(this::record);
    scenario.startRoot();
    root.running().readsEcn(rootReads);
    startMember(alice).running().readsEcn(aliceReads);
    startMember(bob).running().readsEcn(bobReads);
    internet.run(1_000);
    assertPings(alice, bob, 5_000);
    internet.run(10_000);
    observeFrames();
  }

  private int record(InetSocketAddress from, InetSocketAddress to, int length, int trafficClass) {
    if (from.equals(alice.endpoint())) {
      (length > DATA_BYTES ? sentByAlice : controlOfAlice).add(trafficClass);
    } else if (from.equals(root.endpoint()) && length > DATA_BYTES) {
      sentByRoot.add(trafficClass);
    }
    return router.trafficClass(from, to, length, trafficClass);
  }

  /** Starts as {@link #start} with two roots, of which only the first states ECN. */
  private void startWithRoots(SimulatedHost first, SimulatedHost second) {
    alice = internet.host(ALICE_IP);
    bob = internet.host(BOB_IP);
    internet.router(this::record);
    byte[] planet = SimulatedInternet.planet(first, second);
    for (SimulatedHost host : List.of(first, second, alice, bob)) {
      host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
      host.running().readsEcn(host != second);
    }
    alice.join(AD_HOC);
    bob.join(AD_HOC);
    internet.run(1_000);
    assertPings(alice, bob, 5_000);
    internet.run(10_000);
    observeFrames();
  }

  /** Cuts the direct path, so that frames take the root after a while. */
  private void separate() {
    internet.separate(alice, bob);
    internet.run(35_000);
  }

  private void observeFrames() {
    bob.observeFrames(
        frame -> {
          if (frame.length > DATA_BYTES) {
            delivered.add(BigEndian.u16(frame, 14) >>> 4 & 0xff);
          }
        });
  }

  /** A congested router: it marks what is ECN-capable. */
  private void markEcnCapable() {
    router =
        (from, to, length, trafficClass) ->
            (trafficClass & Ecn.MASK) == 0 ? trafficClass : trafficClass | Ecn.CE;
  }

  /** Sends a frame from Alice to Bob and returns the classes of the frames that arrived. */
  private List<Integer> send(int trafficClass, int length) {
    byte[] frame = new byte[14 + length];
    BigEndian.putMac(frame, 0, Macs.of(bob.nodeAddress(), AD_HOC));
    BigEndian.putMac(frame, 6, Macs.of(alice.nodeAddress(), AD_HOC));
    BigEndian.put16(frame, 12, EtherTypes.IPV6);
    BigEndian.put16(frame, 14, 6 << 12 | trafficClass << 4);
    BigEndian.put16(frame, 18, length - 40);
    frame[20] = 58; // ICMPv6, to any address.
    delivered.clear();
    sentByAlice.clear();
    sentByRoot.clear();
    controlOfAlice.clear();
    alice.sendFrame(AD_HOC, frame);
    internet.run(50);
    return List.copyOf(delivered);
  }
}
