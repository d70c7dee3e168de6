// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Nothing is told that a crash could take back. */
class ControllerCrashTest {
  private static final ConfigAnswer DENIED =
      new ConfigAnswer.Refused(ErrorMessage.NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  private static final ConfigAnswer SILENT = new ConfigAnswer.Silent();

  private final ControllerFixture site = new ControllerFixture();

  private ControllerFixture withNetwork() {
    return site.network(ControllerFixture.privateNetwork()).settle();
  }

  @Test
  void nothingIsToldBeforeItIsSafe() {
    withNetwork().ask(ALICE);
    site.settle().authorize(ALICE);

    site.controller.sendNotifications(site.nowMs);
    assertEquals(SILENT, site.pass(5_000).ask(ALICE));
    assertEquals(List.of(), site.pushed);

    site.settle();
    assertEquals(1, site.pushed.size());
  }

  @Test
  void anAddressThatWasToldIsKnownAfterACrash() {
    NetworkConfig told = withNetwork().join(ALICE);

    site.crash().pass(5_000);

    var again = (ConfigAnswer.Granted) site.ask(ALICE);
    assertEquals(told.addresses(), again.config().addresses());
  }

  @Test
  void whatWasNotSafeWasNotToldAndIsForgottenInACrash() {
    withNetwork().ask(ALICE);
    site.settle().authorize(ALICE);
    site.controller.answer(new ConfigRequest(NET, BOB, Bytes.EMPTY, 0, 0), site.nowMs);

    assertEquals(DENIED, site.crash().ask(ALICE));
    assertEquals(Optional.empty(), site.controller.member(NET, BOB.address()));
  }

  @Test
  void aMemberThatIsLeftWaitingByTheDiskDoesNotPileUp() {
    withNetwork().authorize(ALICE);
    for (int i = 0; i < 1_000; i++) {
      assertEquals(SILENT, site.pass(2_000).ask(ALICE));
    }

    assertTrue(site.store.waiting() <= 3, "writes: " + site.store.waiting());
    site.settle();
    assertEquals(1, site.pushed.size());
  }

  @Test
  void aNetworksStateIsTheSameAfterAnyCrash() {
    for (long seed = 0; seed < 300; seed++) {
      aStoryWithCrashes(new Random(seed), seed);
    }
  }

  /** What was told to a member holds after a crash, whatever else happened before it. */
  private static void aStoryWithCrashes(Random random, long seed) {
    var site = new ControllerFixture().network(ControllerFixture.privateNetwork()).settle();
    var told = new java.util.HashMap<Long, NetworkConfig>();
    List<Identity> people =
        List.of(ALICE, BOB, ControllerFixture.somebody(1), ControllerFixture.somebody(2));
    for (int step = 0; step < 40; step++) {
      Identity who = people.get(random.nextInt(people.size()));
      switch (random.nextInt(5)) {
        case 0 -> site.authorize(who);
        case 1, 2 -> {
          if (site.ask(who) instanceof ConfigAnswer.Granted(NetworkConfig config)) {
            told.put(who.address(), config);
          }
        }
        case 3 -> site.settle();
        default -> site.crash(random.nextInt(site.store.waiting() + 1));
      }
      site.pushed.forEach(push -> told.put(push.member(), push.config()));
      site.pushed.clear();
      site.pass(random.nextInt(3_000));
    }
    site.crash();
    told.forEach(
        (member, config) -> {
          MemberRecord record = site.controller.member(NET, member).orElseThrow();
          assertTrue(record.authorized(), () -> "seed " + seed);
          assertEquals(
              config.addresses().stream().map(each -> each.address()).toList(),
              record.settings().ipAssignments(),
              () -> "seed " + seed);
        });
  }
}
