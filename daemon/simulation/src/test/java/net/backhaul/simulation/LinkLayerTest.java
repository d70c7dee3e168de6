// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.NodeOptions;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links, firewalls, interfaces and clocks of the simulated internet itself, and nodes on them. */
class LinkLayerTest extends ScenarioTest {
  private static final InetSocketAddress FROM = new InetSocketAddress("192.88.99.90", 1);
  private static final InetSocketAddress TO = new InetSocketAddress("192.88.99.91", 2);
  private static final int SENT = 10_000;

  /** The time and the number of each datagram that has arrived. */
  private final List<long[]> arrived = new ArrayList<>();

  /** Sends numbered datagrams over a link, one in a millisecond; returns when the first one was. */
  private long sendOver(SimulatedLink link, int bytes, int count) {
    arrived.clear();
    internet.delay(0);
    internet.route(
        TO.getAddress(),
        (datagram, nowMs) -> {
          int number = (datagram.bytes()[0] & 0xff) << 8 | (datagram.bytes()[1] & 0xff);
          arrived.add(new long[] {nowMs, number});
        });
    long startMs = internet.nowMs();
    for (int i = 0; i < count; i++) {
      byte[] datagram = new byte[bytes];
      datagram[0] = (byte) (i >> 8);
      datagram[1] = (byte) i;
      link.send(new SimulatedInternet.Datagram(FROM, TO, datagram, 0));
      internet.run(1);
    }
    internet.run(60_000);
    return startMs;
  }

  @Test
  void delaysDatagrams() {
    long startMs = sendOver(internet.link().delay(25), 100, 3);

    assertEquals(3, arrived.size());
    assertEquals(startMs + 25, arrived.getFirst()[0]);
    assertEquals(startMs + 27, arrived.getLast()[0]);
  }

  @Test
  void losesAndDuplicatesShareOfDatagrams() {
    SimulatedLink lossy = internet.link().loss(0.1);
    sendOver(lossy, 100, SENT);
    assertEquals(0.9 * SENT, arrived.size(), 0.02 * SENT);
    assertEquals(SENT - arrived.size(), lossy.dropped());

    sendOver(internet.link().duplicate(0.2), 100, SENT);
    assertEquals(1.2 * SENT, arrived.size(), 0.02 * SENT);
  }

  @Test
  void reordersShareOfDatagrams() {
    sendOver(internet.link().reorder(0.1, 50), 100, SENT);

    long overtaken = 0;
    long latest = -1;
    for (long[] each : arrived) {
      overtaken += each[1] < latest ? 1 : 0;
      latest = Math.max(latest, each[1]);
    }
    assertEquals(SENT, arrived.size());
    assertEquals(0.1 * SENT, overtaken, 0.02 * SENT);
  }

  @Test
  void queuesWhatExceedsTheBandwidth() {
    SimulatedLink slow = internet.link().rate(500, 20_000);
    long startMs = sendOver(slow, 972, 100); // 1,000 bytes in each of 100 ms.

    assertEquals(100 - slow.dropped(), arrived.size());
    assertEquals(30, slow.dropped(), 3); // 50,000 bytes left meanwhile, 20,000 were queued.
    assertEquals(startMs + 2, arrived.getFirst()[0]);
    assertEquals(startMs + 140, arrived.getLast()[0], 4);
  }

  @Test
  void dropsDatagramsOverTheMtu() {
    SimulatedLink link = internet.link().mtu(1_400);
    sendOver(link, 1_372, 1);
    sendOver(link, 1_373, 1);

    assertEquals(1, link.dropped());
  }

  @Test
  void nodesCommunicateOverPoorLinks() {
    scenario.startRoot();
    SimulatedLink poor =
        internet.link().delay(80).loss(0.05).reorder(0.1, 40).duplicate(0.1).rate(20, 30_000);
    alice = startMember(internet.host(ALICE_IP, poor));
    bob = startMember(internet.host("10.2.0.2", internet.nat(BOB_IP, Kind.CONE, internet.link())));
    internet.run(10_000);

    int replies = ping(alice, bob, AD_HOC, 200, 100);
    assertTrue(replies >= 160 && replies <= 200, () -> replies + " replies");
    assertDirect(alice, bob);
  }

  @Test
  void passesFirewallsByOpeningBothOfThem() {
    scenario.startRoot();
    alice = startMember(internet.host(ALICE_IP, internet.firewall()));
    bob = startMember(internet.host(BOB_IP, internet.firewall()));
    internet.run(2_000);
    assertEquals(10, ping(alice, bob, AD_HOC, 10, 500));
    assertDirect(alice, bob);

    internet.run(400_000);
    assertPings(bob, alice, 500);
  }

  @Test
  void firewallDropsUdpButNotTcp() {
    SimulatedFirewall firewall = internet.firewall().blockUdp(true);
    SimulatedHost blocked = internet.host(ALICE_IP, firewall);
    alice = blocked.relay(internet.relay("192.88.99.4"));
    alice.options(NodeOptions.DEFAULT.withRelayUse(NodeOptions.RelayUse.FALLBACK));
    scenario.startRoot();
    startMember(alice);
    bob = startMember(internet.host(BOB_IP));
    internet.run(12_000);

    assertPings(bob, alice, 2_000);
    firewall.blockUdp(false);
    internet.run(30_000);
    assertPings(bob, alice, 1_000);
    assertDirect(alice, bob);
  }

  @Test
  void usesOtherInterfaceWhenOneFails() {
    scenario.startRoot();
    alice = internet.host(ALICE_IP);
    alice.addInterface("10.1.0.2", internet.nat("192.88.100.1", Kind.CONE));
    startMember(alice);
    bob = startMember(internet.host(BOB_IP));
    internet.run(1_000);
    assertEquals(20, ping(bob, alice, AD_HOC, 20, 100));

    for (int i = 0; i < 4; i++) {
      alice.setInterface(i % 2 == 0 ? ALICE_IP : "10.1.0.2", false);
      ping(bob, alice, AD_HOC, 20, 100); // At most two seconds are lost.
      assertEquals(10, ping(bob, alice, AD_HOC, 10, 100), "round " + i);
      assertEquals(10, ping(alice, bob, AD_HOC, 10, 100), "round " + i);
      alice.setInterface(i % 2 == 0 ? ALICE_IP : "10.1.0.2", true);
      ping(bob, alice, AD_HOC, 20, 100);
    }
    assertDirect(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(longs = {-86_400_000, -60_000, 60_000, 86_400_000})
  void toleratesClocksThatJump(long ms) {
    startMembers();
    assertEquals(10, ping(alice, bob, AD_HOC, 10, 100));

    alice.jumpClock(ms);
    long startMs = internet.nowMs();
    ping(bob, alice, AD_HOC, 20, 100); // At most two seconds are lost.
    assertEquals(20, ping(bob, alice, AD_HOC, 20, 100));
    internet.run(120_000);
    assertEquals(20, ping(alice, bob, AD_HOC, 20, 100));
    assertDirect(alice, bob);
    assertEquals(126_000, internet.nowMs() - startMs);
  }

  @Test
  void keepsNetworkWhoseMembersHaveSkewedClocks() {
    SimulatedHost controllerHost = scenario.startRoot().startController();
    long network = controllerHost.controller().createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    alice.jumpClock(-3_600_000);
    bob.jumpClock(7_200_000);
    for (SimulatedHost member : List.of(alice, bob)) {
      controllerHost.controller().authorize(member, network);
      member.join(network);
    }
    internet.run(5_000);
    assertPings(alice, bob, network, 2_000);

    internet.run(1_000_000);
    assertPings(bob, alice, network, 2_000);
  }

  @Test
  void clockNeverRunsBackwards() {
    var clock = new SimulatedClock();
    clock.jump(5_000, 100);
    assertEquals(5_100, clock.hostMs(100));
    clock.jump(-3_000, 200);
    long last = clock.hostMs(200);
    assertEquals(5_200, last);
    for (long ms = 200; ms <= 10_000; ms++) {
      long host = clock.hostMs(ms);
      assertTrue(host >= last);
      last = host;
      assertEquals(host, clock.hostMs(clock.internetMs(host)));
      assertFalse(clock.internetMs(host) > ms);
    }
    assertEquals(10_000 + 2_000, last);
  }
}
