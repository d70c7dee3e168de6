// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.DENIED;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Members that are removed, restored and deleted for good. */
class MemberBinTest {
  private static final Annotations NOTED = new Annotations("rack 3", List.of("db", "web"));
  private static final InetAddress IP = Endpoints.parseIp("10.0.0.77");

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();

  private Edit edit() {
    return Edit.of("admin", "192.0.2.1", fixture.nowMs);
  }

  private MemberBin bin() {
    return fixture.controller.bin();
  }

  /** Joins Alice and gives her all that a member can have. */
  private MemberRecord joined() {
    fixture.join(ALICE);
    MemberRecord member = fixture.member(ALICE);
    fixture.controller.put(
        member
            .withSettings(
                member.settings().toBuilder()
                    .name("web-1")
                    .tags(Map.of(7L, 9L))
                    .capabilities(List.of(3L))
                    .ipAssignments(List.of(IP))
                    .build())
            .withAnnotations(NOTED),
        edit());
    fixture.saveAll();
    return fixture.member(ALICE);
  }

  private void remove() {
    fixture.advance(2_000);
    bin().remove(NET, ALICE.address(), edit()).orElseThrow();
    fixture.saveAll();
  }

  private ConfigAnswer ask() {
    fixture.advance(2_000);
    ConfigAnswer answer = fixture.request(ALICE);
    fixture.saveAll();
    return answer;
  }

  private void restore() {
    bin().restore(NET, ALICE.address(), edit()).orElseThrow();
    fixture.saveAll();
  }

  @Test
  void removedMemberIsNone() {
    MemberRecord before = joined();
    fixture.join(BOB);
    fixture.revoked.clear();
    remove();

    assertTrue(fixture.controller.member(NET, ALICE.address()).isEmpty());
    assertEquals(1, fixture.controller.memberCount(NET));
    assertEquals(List.of(new BinnedMember(before, fixture.nowMs)), bin().list(NET));
    assertTrue(
        fixture.revoked.stream().anyMatch(each -> each.revocation().target() == ALICE.address()),
        "others no longer believe it");
  }

  @Test
  void returningDeviceAsksAnew() {
    joined();
    remove();

    assertEquals(DENIED, ask());
    assertFalse(fixture.member(ALICE).authorized());
    assertEquals("", fixture.member(ALICE).settings().name());
    assertEquals(1, bin().count(NET));
    fixture.crash();
    assertEquals(DENIED, ask());
    assertEquals(1, bin().count(NET));
  }

  @Test
  void restoreBringsEverythingBack() {
    MemberRecord before = joined();
    remove();
    ask();
    fixture.pushed.clear();
    restore();

    MemberRecord after = fixture.member(ALICE);
    assertEquals(before.settings(), after.settings());
    assertEquals(NOTED, after.annotations());
    assertEquals(before.identity(), after.identity());
    assertTrue(after.authorized());
    assertTrue(after.revision() > before.revision());
    assertEquals(0, bin().count(NET));
    assertEquals(
        List.of(ALICE.address()), fixture.pushed.stream().map(each -> each.member()).toList());
    fixture.advance(2_000);
    var granted = (ConfigAnswer.Granted) fixture.request(ALICE);
    assertTrue(
        granted.config().timestampMs() > after.authorization().deauthorizedAtMs(),
        "credentials are newer than the revocation");
    fixture.crash();
    assertEquals(after, fixture.member(ALICE));
  }

  @Test
  void restoresWithoutAReturn() {
    MemberRecord before = joined();
    remove();
    fixture.crash();
    restore();

    assertEquals(before.settings(), fixture.member(ALICE).settings());
    assertTrue(fixture.member(ALICE).authorized());
  }

  @Test
  void restoredMemberThatIsBlockedIsNotAuthorized() {
    joined();
    remove();
    fixture.controller.block(NET, ALICE.address(), edit());
    restore();

    assertFalse(fixture.member(ALICE).authorized());
    assertEquals("web-1", fixture.member(ALICE).settings().name());
    assertEquals(DENIED, ask());
  }

  @Test
  void doesNotRestoreOverAnAuthorizedMember() {
    joined();
    remove();
    ask();
    fixture.authorize(ALICE);

    assertThrows(IllegalArgumentException.class, () -> bin().restore(NET, ALICE.address(), edit()));
    assertEquals(1, bin().count(NET));
  }

  @Test
  void restoredMemberLosesAddressesOfOthers() {
    joined();
    remove();
    fixture.join(BOB);
    MemberRecord bob = fixture.member(BOB);
    fixture.controller.put(bob.withSettings(bob.settings().withIpAssignments(List.of(IP))), edit());
    restore();

    assertEquals(List.of(), fixture.member(ALICE).settings().ipAssignments());
  }

  @Test
  void assignsAddressesOfRemovedMembersLast() {
    fixture.network(
        ControllerFixture.networkBuilder()
            .pools(
                List.of(
                    new AddressPool(Endpoints.parseIp("10.0.0.1"), Endpoints.parseIp("10.0.0.3"))))
            .build());
    fixture.join(ALICE);
    List<InetAddress> removed = fixture.member(ALICE).settings().ipAssignments();
    remove();
    fixture.join(BOB);
    List<InetAddress> other = fixture.member(BOB).settings().ipAssignments();
    assertEquals(1, other.size());
    assertFalse(other.equals(removed), "another one was free");

    fixture.advance(2_000);
    fixture.join(ControllerFixture.unverified(1));
    assertEquals(
        removed,
        fixture.member(ControllerFixture.unverified(1)).settings().ipAssignments(),
        "no other one was free");
  }

  @Test
  void memberThatHasOnlyWaitedDoesNotReplaceTheRemovedOne() {
    MemberRecord before = joined();
    remove();
    ask();
    remove();

    assertTrue(fixture.controller.member(NET, ALICE.address()).isEmpty());
    assertEquals(before, bin().find(NET, ALICE.address()).orElseThrow().member());
  }

  @Test
  void memberThatWasAuthorizedSinceReplacesTheRemovedOne() {
    joined();
    remove();
    ask();
    fixture.authorize(ALICE);
    remove();

    MemberRecord binned = bin().find(NET, ALICE.address()).orElseThrow().member();
    assertEquals("", binned.settings().name());
    assertTrue(binned.authorized());
  }

  @Test
  void oldJoinTokenDoesNotAdmitARemovedMember() {
    var grant = new JoinGrant(true, "till", Annotations.NONE, Map.of(), List.of());
    for (long id = 1; id <= 2; id++) {
      if (id == 2) {
        joined();
        remove();
        fixture.advance(1);
      }
      fixture.controller.createJoinToken(
          new JoinToken(
              id,
              NET,
              1,
              JoinToken.hash("bhj_" + id),
              "t",
              fixture.nowMs,
              fixture.nowMs + 100_000,
              9,
              0,
              grant),
          edit());
    }
    fixture.saveAll();
    fixture.advance(2_000);
    fixture.request(ALICE, token("bhj_1"));
    assertFalse(fixture.member(ALICE).authorized());

    fixture.advance(2_000);
    fixture.request(ALICE, token("bhj_2"));
    assertTrue(fixture.member(ALICE).authorized());
  }

  private static Bytes token(String secret) {
    return Bytes.of(RequestMetaData.withJoinToken(RequestMetaData.ours("linux/x86_64"), secret));
  }

  @Test
  void verifiesTheRevision() {
    joined();
    assertThrows(
        RevisionConflictException.class,
        () -> bin().remove(NET, ALICE.address(), edit().expecting(1)));
    remove();
    assertThrows(
        RevisionConflictException.class,
        () -> bin().restore(NET, ALICE.address(), edit().expecting(1)));
    assertThrows(
        RevisionConflictException.class,
        () -> bin().purge(NET, ALICE.address(), edit().expecting(1)));
    assertEquals(1, bin().count(NET));
  }

  @Test
  void purgesOnRequestAndAfterItsTime() {
    joined();
    remove();
    bin().purge(NET, ALICE.address(), edit()).orElseThrow();
    assertEquals(0, bin().count(NET));
    assertTrue(bin().restore(NET, ALICE.address(), edit()).isEmpty());

    joined();
    remove();
    fixture.advance(MemberBin.KEPT_MS - 1);
    fixture.controller.absentMembers().round(fixture.nowMs);
    assertEquals(1, bin().count(NET));
    fixture.advance(1);
    fixture.controller.absentMembers().round(fixture.nowMs);
    assertEquals(0, bin().count(NET));
    fixture.saveAll();
    assertEquals(AbsentMembers.ACTOR, fixture.store.edits.getLast().edit().actor());
    fixture.crash();
    assertEquals(0, bin().count(NET));
  }

  @Test
  void deletionByTheRecordedApiLeavesTheBin() {
    joined();
    remove();
    ask();
    fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs);
    assertEquals(1, bin().count(NET));
    fixture.controller.deleteNetwork(NET, fixture.nowMs);
    assertEquals(List.of(), bin().list(NET));
    fixture.saveAll().crash();
    assertEquals(List.of(), bin().list(NET));
  }
}
