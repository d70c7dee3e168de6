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
import org.junit.jupiter.api.Test;

/**
 * When nodes speak without being asked (02 section 3.11), in the situations of which the
 * reference's timelines are recorded.
 *
 * <p>Where we differ: roots are asked again sooner at first; a path that fell silent is asked every
 * five seconds and doubted after thirty, where the reference uses it for four minutes; roots get an
 * ECHO where the reference sends a WHOIS for the root itself every five seconds.
 */
class RhythmTest extends Story {
  private static final long HOUR_MS = 3_600_000;

  /** When somebody has sent something to somebody else, HELLOs and all others. */
  private final class Log {
    final List<Long> hellos = new ArrayList<>();
    final List<Long> all = new ArrayList<>();

    Log(SimulatedHost from, InetSocketAddress to) {
      this(from.endpoint(), to);
    }

    Log(InetSocketAddress from, InetSocketAddress to) {
      SimulatedInternet.Watcher others = watchers;
      long startMs = internet.nowMs();
      watchers =
          (sender, receiver, bytes, nowMs) -> {
            others.sent(sender, receiver, bytes, nowMs);
            if (sender.equals(from) && receiver.equals(to)) {
              all.add(nowMs - startMs);
              var view = new PacketView();
              if (view.wrap(bytes, 0, bytes.length)
                  && !FragmentView.isFragment(bytes, 0, bytes.length)
                  && view.suite() == Packets.SUITE_POLY) {
                hellos.add(nowMs - startMs);
              }
            }
          };
      internet.watch(watchers);
    }
  }

  private SimulatedInternet.Watcher watchers = (from, to, bytes, nowMs) -> {};

  private static long longestGapMs(List<Long> times, long endMs) {
    long longest = 0;
    long last = 0;
    for (long time : times) {
      longest = Math.max(longest, time - last);
      last = time;
    }
    return Math.max(longest, endMs - last);
  }

  @Test
  void aRootThatDoesNotAnswerIsAskedSoonAndThenEveryFiveSeconds() {
    SimulatedHost alice = internet.host("192.88.99.10");
    var log = new Log(alice, root.endpoint());
    started(alice);

    internet.run(60_000);

    assertEquals(List.of(0L, 250L, 750L, 1_750L, 3_750L), log.hellos.subList(0, 5));
    List<Long> later = log.hellos.subList(6, log.hellos.size());
    for (int i = 1; i < later.size(); i++) {
      assertEquals(5_000, later.get(i) - later.get(i - 1));
    }
    assertTrue(later.size() >= 9, () -> log.hellos.toString());
  }

  @Test
  void theWayToARootIsKeptOpen() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    internet.run(30_000);
    var log = new Log(alice, root.endpoint());

    internet.run(HOUR_MS);

    long gapMs = longestGapMs(log.all, HOUR_MS);
    assertTrue(gapMs <= 20_000, () -> gapMs + " ms of silence");
    assertTrue(log.hellos.size() >= 15 && log.hellos.size() <= 17, () -> log.hellos.toString());
  }

  @Test
  void theWayBetweenActivePeersIsKeptOpen() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(30_000);
    var toBob = new Log(alice, bob.endpoint());
    var toAlice = new Log(bob, alice.endpoint());

    for (int i = 0; i < 60; i++) {
      alice.ping(bob, OPEN);
      internet.run(60_000);
    }

    for (Log log : List.of(toBob, toAlice)) {
      long gapMs = longestGapMs(log.all, HOUR_MS);
      assertTrue(gapMs <= 20_000, () -> gapMs + " ms of silence");
      assertTrue(log.hellos.size() >= 54 && log.hellos.size() <= 61, () -> log.hellos.toString());
    }
  }

  @Test
  void pathsOfPeersThatSayNothingAreNotKeptOpen() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(520_000);
    var log = new Log(alice, bob.endpoint());

    internet.run(HOUR_MS);

    // What is left is the networks' own: groups are announced once a minute.
    assertEquals(List.of(), log.hellos);
    assertTrue(log.all.size() <= 4 * 60, () -> log.all.size() + " datagrams in an hour");
  }

  @Test
  void aPathThatDiesIsReplacedByTheRoot() {
    started(root);
    SimulatedNat nat = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost alice = joined(internet.host("10.1.0.2", nat));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(1_000);
    assertEquals(1, alice.replies(OPEN));

    // Bob's way to Alice ends in a mapping that the NAT has forgotten; Alice says nothing.
    nat.restart();
    internet.run(25_000);
    for (int i = 0; i < 20; i++) {
      bob.ping(alice, OPEN);
      internet.run(1_000);
    }

    assertTrue(bob.replies(OPEN) >= 10, () -> bob.replies(OPEN) + " of 20 were answered");
  }

  @Test
  void aNatThatGetsAnotherAddressCostsLittle() {
    started(root);
    SimulatedNat nat = internet.nat("192.88.99.10", SimulatedNat.Kind.CONE);
    SimulatedHost alice = joined(internet.host("10.1.0.2", nat));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(20_000);

    nat.move("192.88.99.11");
    internet.run(25_000);
    bob.ping(alice, OPEN);
    internet.run(1_000);

    assertEquals(1, bob.replies(OPEN));
    assertTrue(
        bob.peer(alice).paths().stream()
            .anyMatch(
                path -> path.endpoint().getAddress().getHostAddress().equals("192.88.99.11")));
  }

  @Test
  void whoHasNoDirectWayTellsWhereItIsEveryFifteenSeconds() {
    started(root);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost alice = joined(internet.host("10.1.0.2", left));
    SimulatedHost bob = joined(internet.host("10.2.0.2", right));
    internet.run(1_000);
    List<Long> tries = new ArrayList<>();
    internet.watch(
        (from, to, bytes, nowMs) -> {
          if (to.equals(alice.endpoint())) {
            tries.add(nowMs);
          }
        });

    for (int i = 0; i < 60; i++) {
      alice.ping(bob, OPEN);
      internet.run(1_000);
    }

    assertEquals(60, alice.replies(OPEN));
    assertTrue(tries.size() >= 4 && tries.size() <= 20, () -> "tried " + tries.size() + " times");
  }

  @Test
  void aNodeThatRemembersItsPeersNeedsNoRoot() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(1_000);

    root.kill();
    alice.stop();
    internet.run(1_000);
    alice.start();
    alice.join(OPEN);
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(300);

    assertEquals(1, alice.replies(OPEN));
  }
}
