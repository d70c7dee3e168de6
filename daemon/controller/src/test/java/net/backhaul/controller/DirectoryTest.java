// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.MALLORY;
import static net.backhaul.controller.ControllerFixture.NET;
import static net.backhaul.controller.ControllerFixture.networkBuilder;
import static net.backhaul.controller.ControllerFixture.unverified;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.DirectoryUpdate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The directories of networks, which members get that read them. */
class DirectoryTest {
  private final ControllerFixture fixture = new ControllerFixture();

  @BeforeEach
  void createNetwork() {
    fixture.network(networkBuilder().directory(true).build()).saveAll();
  }

  private void join(Identity member, long held) {
    fixture.authorize(member);
    fixture.saveAll().requestWithDirectory(member, held);
    fixture.saveAll().advance(2_000).saveAll();
  }

  private void name(Identity member, String name) {
    MemberRecord record = fixture.member(member);
    fixture.controller.put(
        record.withSettings(record.settings().toBuilder().name(name).build()), fixture.nowMs);
    fixture.saveAll();
  }

  private DirectoryUpdate last() {
    return fixture.directories.getLast().update();
  }

  private static List<String> labels(DirectoryUpdate update) {
    return update.entries().stream().map(DirectoryEntry::label).toList();
  }

  @Test
  void sendsNamesAndAddressesOfAuthorizedMembers() {
    join(ALICE, 0);
    name(ALICE, "Web Server");
    fixture.advance(2_000).saveAll();

    assertEquals(List.of(ALICE.address()), fixture.directories.getLast().recipients());
    assertEquals(List.of("web-server"), labels(last()));
    DirectoryEntry entry = last().entries().getFirst();
    assertEquals("Web Server", entry.name());
    assertEquals(fixture.member(ALICE).settings().ipAssignments(), entry.addresses());
    assertEquals(1, entry.addresses().size());
  }

  @Test
  void sendsOnlyWhatHasChangedSinceTheHeldRevision() {
    join(ALICE, 0);
    long held = last().revision();
    join(BOB, 0);
    assertTrue(last().isWhole() || last().base() >= held, () -> "base of " + last());
    fixture.directories.clear();

    fixture.requestWithDirectory(ALICE, held);
    fixture.saveAll();

    assertEquals(held, last().base());
    assertEquals(List.of(BOB.address()), addresses(last()));
    long latest = last().revision();
    fixture.directories.clear();
    fixture.advance(2_000).requestWithDirectory(ALICE, latest);
    fixture.saveAll();
    assertEquals(List.of(), fixture.directories);
  }

  private static List<Long> addresses(DirectoryUpdate update) {
    return update.entries().stream().map(DirectoryEntry::address).sorted().toList();
  }

  @Test
  void removesDeauthorizedAndDeletedMembersAndSendsThemNothing() {
    join(ALICE, 0);
    join(BOB, 0);
    fixture.directories.clear();

    fixture.advance(2_000).deauthorize(BOB);
    fixture.saveAll();

    assertEquals(List.of(ALICE.address()), fixture.directories.getFirst().recipients());
    assertEquals(List.of(DirectoryEntry.removed(BOB.address())), last().entries());
    fixture.directories.clear();
    fixture.advance(2_000).requestWithDirectory(BOB, 0);
    fixture.saveAll();
    assertEquals(List.of(), fixture.directories);

    fixture.advance(2_000).authorize(BOB);
    fixture.saveAll().advance(2_000).saveAll();
    assertEquals(List.of(BOB.address()), addresses(last()));
    fixture.controller.deleteMember(NET, BOB.address(), fixture.nowMs);
    fixture.advance(2_000).saveAll();
    assertEquals(List.of(DirectoryEntry.removed(BOB.address())), last().entries());
  }

  @Test
  void sendsNothingToMembersThatDoNotReadIt() {
    fixture.join(ALICE);
    fixture.advance(2_000).request(ALICE);
    fixture.saveAll().advance(2_000).saveAll();

    assertEquals(List.of(), fixture.directories);
  }

  @Test
  void sendsNothingToAnotherIdentityWithTheAddressOfAMember() {
    join(ALICE, 0);
    fixture.directories.clear();
    fixture.requestWithDirectory(MALLORY, 0);
    fixture.saveAll();
    join(BOB, 0);

    assertFalse(
        fixture.directories.stream().anyMatch(each -> each.recipients().contains(ALICE.address())));
  }

  @Test
  void sendsNothingOfANetworkWithoutDirectory() {
    var plain = new ControllerFixture().withPrivateNetwork();
    plain.authorize(ALICE);
    plain.saveAll().requestWithDirectory(ALICE, 0);
    plain.saveAll().advance(2_000).saveAll();

    assertEquals(List.of(), plain.directories);
  }

  @Test
  void endsADirectoryThatIsSwitchedOff() {
    join(ALICE, 0);
    long held = last().revision();
    fixture.directories.clear();

    fixture.advance(2_000).network(networkBuilder().build()).saveAll();

    assertTrue(last().isWhole() && last().entries().isEmpty(), () -> "update " + last());
    assertTrue(last().revision() > held, () -> "revision of " + last());
    fixture.directories.clear();
    fixture.advance(2_000).requestWithDirectory(ALICE, held);
    fixture.saveAll();
    assertTrue(last().isWhole() && last().entries().isEmpty(), () -> "answer " + last());
  }

  @Test
  void sendsItAsAWholeWithHigherRevisionsAfterARestart() {
    join(ALICE, 0);
    long held = last().revision();

    fixture.advance(1_000).crash().requestWithDirectory(ALICE, held);
    fixture.saveAll();

    assertTrue(last().isWhole() && last().revision() > held, () -> "update " + last());
  }

  @Test
  void keepsRevisionsOfAFutureClockFromMembers() {
    join(ALICE, 0);
    fixture.directories.clear();

    fixture.requestWithDirectory(ALICE, Long.MAX_VALUE);
    fixture.saveAll();

    assertEquals(List.of(), fixture.directories);
  }

  @Test
  void sendsNothingBeforeItIsSaved() {
    join(ALICE, 0);
    fixture.directories.clear();
    MemberRecord record = fixture.member(ALICE);
    fixture.advance(2_000);
    fixture.controller.put(
        record.withSettings(record.settings().toBuilder().name("x").build()), fixture.nowMs);

    fixture.controller.publishDirectories(fixture.nowMs);
    fixture.controller.sendNotifications(fixture.nowMs);
    assertEquals(List.of(), fixture.directories);

    fixture.saveAll();
    assertEquals(List.of("x"), labels(last()));
  }

  @Test
  void splitsALargeDirectory() {
    int count = 5_000;
    for (int i = 0; i < count; i++) {
      fixture.authorize(unverified(i));
    }
    fixture.saveAll();
    join(ALICE, 0);
    Set<Long> received = new HashSet<>();
    long held = 0;
    int updates = 0;
    do {
      fixture.directories.clear();
      fixture.advance(2_000).requestWithDirectory(ALICE, held);
      fixture.saveAll();
      assertEquals(held, last().base(), "base");
      last().entries().forEach(entry -> received.add(entry.address()));
      held = last().revision();
      updates++;
    } while (held < last().latest());

    assertEquals(count + 1, received.size());
    assertTrue(updates >= 2, updates + " updates");
  }

  @Test
  void publishesToManyMembersInParts() {
    int count = 300;
    for (int i = 0; i < count; i++) {
      fixture.authorize(unverified(i));
    }
    fixture.saveAll();
    for (int i = 0; i < count; i++) {
      fixture.requestWithDirectory(unverified(i), 0);
    }
    fixture.saveAll().advance(2_000).saveAll().directories.clear();

    fixture.advance(2_000).authorize(ALICE);
    fixture.saveAll();

    List<Integer> parts =
        fixture.directories.stream().map(each -> each.recipients().size()).toList();
    assertEquals(List.of(128, 128, 44), parts);
  }

  @Test
  void publishesManyChangesTogether() {
    join(ALICE, 0);
    fixture.directories.clear();
    for (int i = 0; i < 100; i++) {
      name(ALICE, "name" + i);
    }
    fixture.advance(2_000).saveAll();

    assertTrue(fixture.directories.size() <= 2, () -> fixture.directories.size() + " updates");
    assertEquals(List.of("name99"), labels(last()));
  }

  @Test
  void keepsTheLabelOfTheFirstMemberOfAName() {
    join(ALICE, 0);
    name(ALICE, "web");
    fixture.advance(1_000);
    join(BOB, 0);
    name(BOB, "web");
    fixture.advance(2_000).saveAll().requestWithDirectory(ALICE, 0);
    fixture.saveAll();

    String address = BOB.publicText().substring(0, 10);
    assertEquals(Set.of("web", "web-" + address), Set.copyOf(labels(last())));
    DirectoryEntry alice =
        last().entries().stream()
            .filter(entry -> entry.address() == ALICE.address())
            .findAny()
            .orElseThrow();
    assertEquals("web", alice.label());
  }

  @Test
  void sendsAWholeDirectoryOnceRemovedMembersAreNoLongerRecorded() {
    join(ALICE, 0);
    long held = last().revision();
    for (int i = 0; i <= DirectoryLog.MAX_REMOVED; i++) {
      fixture.authorize(unverified(i));
    }
    fixture.advance(2_000).saveAll();
    for (int i = 0; i <= DirectoryLog.MAX_REMOVED; i++) {
      fixture.deauthorize(unverified(i));
    }
    fixture.advance(2_000).saveAll();
    fixture.directories.clear();

    fixture.advance(2_000).requestWithDirectory(ALICE, held);
    fixture.saveAll();

    assertTrue(last().isWhole(), () -> "base " + last().base());
    assertEquals(List.of(ALICE.address()), addresses(last()));
  }
}
