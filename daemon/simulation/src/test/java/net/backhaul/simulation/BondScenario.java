// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondingOptions;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.packet.BigEndian;
import org.junit.jupiter.api.BeforeEach;

/** Base of tests with two hosts of two or three uplinks each, and streams of frames. */
abstract class BondScenario extends ScenarioTest {
  static final int EVERY_MS = 10;

  /** The numbers in the test frames: the flow, and the place in it. */
  private static final int FLOW = 14 + 40;

  private static final int NUMBER = FLOW + 4;
  private static final int FRAME_BYTES = 14 + 40 + 8 + 200;

  /** The link of each uplink, by host and interface. */
  final List<SimulatedLink> aliceLinks = new ArrayList<>();

  final List<SimulatedLink> bobLinks = new ArrayList<>();

  /** Whether an uplink reaches only that of the other host with the same number. */
  boolean isSeparate;

  /** The uplink over which Alice's datagrams get lost, or -1. */
  int deafUplink = -1;

  /** Datagrams of Alice that are long enough for frames, by uplink. */
  final int[] sentOver = new int[3];

  private final Map<Integer, Integer> lastNumbers = new HashMap<>();
  int received;
  int reordered;
  int duplicates;
  long lastReceivedMs;
  long longestGapMs;
  private int sent;

  @BeforeEach
  void countDatagrams() {
    internet.observe(
        (from, to, bytes, atMs) -> {
          int uplink = uplink(from.getAddress());
          if (isOf(ALICE_IP, from.getAddress()) && bytes.length > FRAME_BYTES - 40) {
            sentOver[uplink]++;
          }
        });
    internet.router(
        (from, to, length, trafficClass) -> {
          boolean between = isMember(from.getAddress()) && isMember(to.getAddress());
          boolean lost =
              (between && isSeparate && uplink(from.getAddress()) != uplink(to.getAddress()))
                  || (isOf(ALICE_IP, from.getAddress()) && uplink(from.getAddress()) == deafUplink);
          return lost ? SimulatedInternet.PathModel.LOST : trafficClass;
        });
  }

  private static boolean isMember(InetAddress ip) {
    return isOf(ALICE_IP, ip) || isOf(BOB_IP, ip);
  }

  /** Returns whether an address is one of the ten that begin with the first one of a host. */
  private static boolean isOf(String first, InetAddress ip) {
    byte[] expected = Endpoints.parseIp(first).getAddress();
    int offset = ip.getAddress()[3] - expected[3];
    return Arrays.equals(ip.getAddress(), 0, 3, expected, 0, 3) && offset >= 0 && offset < 10;
  }

  private static int uplink(InetAddress ip) {
    return ip.getAddress()[3] % 10;
  }

  static String ip(String first, int uplink) {
    return first.substring(0, first.length() - 1) + uplink;
  }

  /** Starts both hosts with a number of uplinks each, and a stream that opens the paths. */
  void start(int uplinks, BondPolicy ofAlice, BondPolicy ofBob) {
    scenario.startRoot();
    alice = member(ALICE_IP, uplinks, aliceLinks, ofAlice);
    bob = member(BOB_IP, uplinks, bobLinks, ofBob);
    bob.observeFrames(this::observe);
    internet.run(1_000);
    ping(alice, bob, AD_HOC, 50, 100);
    internet.run(1_000);
    assertDirect(alice, bob);
  }

  private SimulatedHost member(
      String ip, int uplinks, List<SimulatedLink> links, BondPolicy policy) {
    links.add(internet.link());
    SimulatedHost host = internet.host(ip, links.getFirst());
    for (int i = 1; i < uplinks; i++) {
      links.add(internet.link());
      host.addInterface(ip(ip, i), links.getLast());
    }
    host.options(
        policy == null
            ? NodeOptions.DEFAULT
            : NodeOptions.DEFAULT.withBonding(new BondingOptions(policy)));
    return startMember(host);
  }

  static BondPolicy policy(Base base, Map<String, BondPolicy.Link> links) {
    return policy(base, BondPolicy.Selection.ALWAYS, links);
  }

  static BondPolicy policy(
      Base base, BondPolicy.Selection selection, Map<String, BondPolicy.Link> links) {
    BondPolicy plain = BondPolicy.of(base);
    return new BondPolicy(
        "test", base, plain.timing(), selection, plain.packetsPerLink(), plain.quality(), links);
  }

  static BondPolicy.Link link(boolean primary, long capacity) {
    return new BondPolicy.Link(true, capacity, BondPolicy.IpPreference.ANY, 0, primary, "");
  }

  // Streams.

  /** Sends a frame of each flow every 10 ms for some time, and lets the last ones arrive. */
  void stream(int flows, long ms) {
    lastReceivedMs = internet.nowMs();
    for (long at = 0; at < ms; at += EVERY_MS) {
      for (int flow = 0; flow < flows; flow++) {
        alice.sendFrame(AD_HOC, frame(flow, sent));
      }
      sent++;
      internet.run(EVERY_MS);
    }
  }

  /** Starts to count anew. */
  void count() {
    received = 0;
    reordered = 0;
    duplicates = 0;
    longestGapMs = 0;
    Arrays.fill(sentOver, 0);
  }

  private byte[] frame(int flow, int number) {
    byte[] frame = new byte[FRAME_BYTES];
    BigEndian.putMac(frame, 0, Macs.of(bob.nodeAddress(), AD_HOC));
    BigEndian.putMac(frame, 6, Macs.of(alice.nodeAddress(), AD_HOC));
    BigEndian.put16(frame, 12, EtherTypes.IPV6);
    BigEndian.put16(frame, 14, 6 << 12);
    BigEndian.put16(frame, 18, FRAME_BYTES - 14 - 40);
    frame[20] = 17;
    frame[24] = (byte) 0xfc;
    frame[40] = (byte) 0xfc;
    BigEndian.put32(frame, FLOW, flow); // The ports.
    BigEndian.put32(frame, NUMBER, number);
    return frame;
  }

  private void observe(byte[] frame) {
    if (frame.length != FRAME_BYTES || frame[20] != 17) {
      return;
    }
    int flow = BigEndian.i32(frame, FLOW);
    int number = BigEndian.i32(frame, NUMBER);
    int last = lastNumbers.getOrDefault(flow, -1);
    received++;
    duplicates += number == last ? 1 : 0;
    reordered += number < last ? 1 : 0;
    lastNumbers.put(flow, Math.max(last, number));
    longestGapMs = Math.max(longestGapMs, internet.nowMs() - lastReceivedMs);
    lastReceivedMs = internet.nowMs();
  }

  void assertGap(long withinMs, String what) {
    long gap = Math.max(longestGapMs, internet.nowMs() - lastReceivedMs);
    assertTrue(gap <= withinMs, () -> what + ": a gap of " + gap + " ms, " + status());
  }

  /** Returns the uplink of Alice that carried most frames since they were counted. */
  int busiestUplink() {
    int busiest = 0;
    for (int i = 1; i < sentOver.length; i++) {
      busiest = sentOver[i] > sentOver[busiest] ? i : busiest;
    }
    return busiest;
  }

  /** Describes Alice's paths to Bob. */
  String status() {
    var text = new StringBuilder();
    PeerStatus peer = alice.peer(bob);
    if (peer != null) {
      text.append(peer.bond());
      peer.paths().forEach(path -> text.append("\n  ").append(path));
    }
    return text.toString();
  }
}
