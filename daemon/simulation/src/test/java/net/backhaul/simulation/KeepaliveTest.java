// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;

/**
 * When nodes send unsolicited packets for an hour and longer (02 section 3.11); {@link
 * RecordedTimelinesTest} compares with the reference's recorded timelines.
 *
 * <p>Differences on purpose: the first HELLOs to a root follow each other faster; a silent path is
 * probed every five seconds and suspect after thirty, where the reference uses it for four minutes;
 * roots get an ECHO where the reference sends a WHOIS for the root itself every five seconds.
 */
class KeepaliveTest extends ScenarioTest {
  private static final long HOUR_MS = 3_600_000;

  private SimulatedInternet.DatagramObserver observers = (from, to, bytes, nowMs) -> {};

  /** The times at which one endpoint sent to another, in ms since the creation of this log. */
  private final class SendLog {
    final List<Long> hellos = new ArrayList<>();
    final List<Long> all = new ArrayList<>();

    SendLog(SimulatedHost from, InetSocketAddress to) {
      SimulatedInternet.DatagramObserver others = observers;
      long startMs = internet.nowMs();
      observers =
          (sender, receiver, bytes, nowMs) -> {
            others.sent(sender, receiver, bytes, nowMs);
            if (sender.equals(from.endpoint()) && receiver.equals(to)) {
              all.add(nowMs - startMs);
              var view = new PacketView();
              if (view.wrap(bytes, 0, bytes.length)
                  && !FragmentView.isFragment(bytes, 0, bytes.length)
                  && view.suite() == Packets.SUITE_POLY) {
                hellos.add(nowMs - startMs);
              }
            }
          };
      internet.observe(observers);
    }

    void assertLongestGap(long maxMs) {
      long longest = 0;
      long last = 0;
      for (long time : all) {
        longest = Math.max(longest, time - last);
        last = time;
      }
      long gapMs = Math.max(longest, HOUR_MS - last);
      assertTrue(gapMs <= maxMs, () -> gapMs + " ms without a datagram");
    }

    void assertHellos(int min, int max) {
      assertTrue(hellos.size() >= min && hellos.size() <= max, hellos::toString);
    }
  }

  @Test
  void sendsHelloToSilentRootFastThenEveryFiveSeconds() {
    alice = internet.host(ALICE_IP);
    var log = new SendLog(alice, root.endpoint());
    scenario.start(alice);

    internet.run(60_000);

    assertEquals(List.of(0L, 250L, 750L, 1_750L, 3_750L), log.hellos.subList(0, 5));
    List<Long> later = log.hellos.subList(6, log.hellos.size());
    for (int i = 1; i < later.size(); i++) {
      assertEquals(5_000, later.get(i) - later.get(i - 1));
    }
    assertTrue(later.size() >= 9, () -> log.hellos.toString());
  }

  @Test
  void keepsPathToRootAlive() {
    scenario.startRoot();
    alice = scenario.startHost(ALICE_IP);
    internet.run(30_000);
    var log = new SendLog(alice, root.endpoint());

    internet.run(HOUR_MS);

    log.assertLongestGap(20_000);
    log.assertHellos(15, 17);
  }

  @Test
  void keepsPathBetweenActivePeersAlive() {
    startMembers();
    alice.ping(bob, AD_HOC);
    internet.run(30_000);
    var toBob = new SendLog(alice, bob.endpoint());
    var toAlice = new SendLog(bob, alice.endpoint());

    ping(alice, bob, AD_HOC, 60, 60_000);

    for (SendLog log : List.of(toBob, toAlice)) {
      log.assertLongestGap(25_000);
      log.assertHellos(6, 8);
    }
  }

  @Test
  void doesNotKeepPathsOfIdlePeersAlive() {
    startMembers();
    alice.ping(bob, AD_HOC);
    internet.run(520_000);
    var log = new SendLog(alice, bob.endpoint());

    internet.run(HOUR_MS);

    // Multicast groups are still announced every four minutes.
    assertEquals(List.of(), log.hellos);
    assertTrue(log.all.size() <= 4 * 60, () -> log.all.size() + " datagrams in an hour");
  }

  @Test
  void relaysThroughRootWhenPathFails() {
    startMembersBehindNats(Kind.SYMMETRIC, null);
    assertPings(alice, bob, 1_000);

    // Bob's path to Alice ends at a mapping that no longer exists, and Alice is idle.
    aliceNat.restart();
    internet.run(25_000);
    int replies = ping(bob, alice, AD_HOC, 20, 1_000);

    assertTrue(replies >= 10, () -> replies + " replies to 20 pings");
  }

  @Test
  void detectsNewPublicAddressOfNat() {
    startMembersBehindNats(Kind.CONE, null);
    alice.ping(bob, AD_HOC);
    internet.run(20_000);

    aliceNat.changeAddress("192.88.99.11");
    internet.run(25_000);

    assertPings(bob, alice, 1_000);
    assertTrue(
        bob.peer(alice).paths().stream()
            .anyMatch(
                path -> path.endpoint().getAddress().getHostAddress().equals("192.88.99.11")));
  }

  @Test
  void pushesDirectPathsEveryFifteenSecondsWhileRelayed() {
    startMembersBehindNats(Kind.SYMMETRIC, Kind.SYMMETRIC);
    List<Long> attempts = new ArrayList<>();
    internet.observe(
        (from, to, bytes, nowMs) -> {
          if (to.equals(alice.endpoint())) {
            attempts.add(nowMs);
          }
        });

    assertEquals(60, ping(alice, bob, AD_HOC, 60, 1_000));

    assertTrue(attempts.size() >= 4 && attempts.size() <= 20, () -> attempts.size() + " attempts");
  }

  @Test
  void reachesSavedPeersWithoutRoot() {
    startMembers();
    assertPings(alice, bob, 1_000);

    root.kill();
    alice.stop();
    internet.run(1_000);
    alice.start();
    alice.join(AD_HOC);
    internet.run(1_000);

    assertPings(alice, bob, 300);
  }
}
