// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.DENIED;
import static net.backhaul.controller.ControllerFixture.IGNORED;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Members receive nothing that a crash of the controller could undo. */
class ControllerCrashTest {
  private final ControllerFixture fixture = new ControllerFixture();

  @Test
  void sendsNothingBeforeItIsSaved() {
    fixture.withPrivateNetwork().request(ALICE);
    fixture.saveAll().authorize(ALICE);

    fixture.controller.sendNotifications(fixture.nowMs);
    assertEquals(IGNORED, fixture.advance(5_000).request(ALICE));
    assertEquals(List.of(), fixture.pushed);

    fixture.saveAll();
    assertEquals(1, fixture.pushed.size());
  }

  @Test
  void keepsAssignedAddressAfterCrash() {
    NetworkConfig sent = fixture.withPrivateNetwork().join(ALICE);

    fixture.crash().advance(5_000);

    var again = (ConfigAnswer.Granted) fixture.request(ALICE);
    assertEquals(sent.addresses(), again.config().addresses());
  }

  @Test
  void losesUnsavedChangesInCrash() {
    fixture.withPrivateNetwork().request(ALICE);
    fixture.saveAll().authorize(ALICE);
    fixture.controller.answer(new ConfigRequest(NET, BOB, Bytes.EMPTY, 0, 0), fixture.nowMs);

    assertEquals(DENIED, fixture.crash().request(ALICE));
    assertEquals(Optional.empty(), fixture.controller.member(NET, BOB.address()));
  }

  @Test
  void boundsPendingChangesOfMemberWhileDiskIsSlow() {
    fixture.withPrivateNetwork().authorize(ALICE);
    for (int i = 0; i < 1_000; i++) {
      assertEquals(IGNORED, fixture.advance(2_000).request(ALICE));
    }

    assertTrue(fixture.store.unsavedCount() <= 3, "writes: " + fixture.store.unsavedCount());
    fixture.saveAll();
    assertEquals(1, fixture.pushed.size());
  }

  @Test
  void keepsSentConfigurationsAfterAnyCrash() {
    for (long seed = 0; seed < 300; seed++) {
      runWithCrashes(new Random(seed), seed);
    }
  }

  /** Runs random steps and checks that each configuration sent holds after the last crash. */
  private static void runWithCrashes(Random random, long seed) {
    var fixture = new ControllerFixture().network(ControllerFixture.privateNetwork()).saveAll();
    var sent = new java.util.HashMap<Long, NetworkConfig>();
    List<Identity> members =
        List.of(ALICE, BOB, ControllerFixture.unverified(1), ControllerFixture.unverified(2));
    for (int step = 0; step < 40; step++) {
      Identity identity = members.get(random.nextInt(members.size()));
      switch (random.nextInt(5)) {
        case 0 -> fixture.authorize(identity);
        case 1, 2 -> {
          if (fixture.request(identity) instanceof ConfigAnswer.Granted(NetworkConfig config)) {
            sent.put(identity.address(), config);
          }
        }
        case 3 -> fixture.saveAll();
        default -> fixture.crash(random.nextInt(fixture.store.unsavedCount() + 1));
      }
      fixture.pushed.forEach(push -> sent.put(push.member(), push.config()));
      fixture.pushed.clear();
      fixture.advance(random.nextInt(3_000));
    }
    fixture.crash();
    sent.forEach(
        (member, config) -> {
          MemberRecord record = fixture.controller.member(NET, member).orElseThrow();
          assertTrue(record.authorized(), () -> "seed " + seed);
          assertEquals(
              config.addresses().stream().map(each -> each.address()).toList(),
              record.settings().ipAssignments(),
              () -> "seed " + seed);
        });
  }
}
