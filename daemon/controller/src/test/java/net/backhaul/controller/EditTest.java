// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.protocol.network.ConfigAnswer;
import org.junit.jupiter.api.Test;

/** Changes by operators: expected revisions, annotations and blocks. */
class EditTest {
  private static final Annotations NOTED = new Annotations("a note", List.of("x"));

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();

  private Edit edit() {
    return Edit.of("alice", "192.0.2.7", fixture.nowMs);
  }

  private static void assertConflict(long expected, long found, Runnable change) {
    var conflict = assertThrows(RevisionConflictException.class, change::run);
    assertEquals(List.of(expected, found), List.of(conflict.expected(), conflict.found()));
  }

  @Test
  void rejectsChangeOfAnotherRevision() {
    fixture.join(ALICE);
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    MemberRecord member = fixture.member(ALICE);
    long revision = member.revision();
    fixture.controller.put(network.withAnnotations(NOTED), edit().expecting(1));
    fixture.controller.put(member.withAnnotations(NOTED), edit().expecting(revision));
    fixture.saveAll();

    assertConflict(
        1,
        2,
        () -> fixture.controller.put(network.toBuilder().name("x").build(), edit().expecting(1)));
    assertConflict(
        revision, revision + 1, () -> fixture.controller.put(member, edit().expecting(revision)));
    assertConflict(0, 2, () -> fixture.controller.put(network, edit().expecting(0)));
    assertConflict(1, 2, () -> fixture.controller.deleteNetwork(NET, edit().expecting(1)));
    assertConflict(
        revision,
        revision + 1,
        () -> fixture.controller.deleteMember(NET, ALICE.address(), edit().expecting(revision)));
    assertConflict(
        4,
        0,
        () ->
            fixture.controller.put(
                MemberRecord.unauthorized(NET, 7, fixture.nowMs), edit().expecting(4)));

    assertEquals(0, fixture.store.unsavedCount());
    assertEquals(NOTED, fixture.member(ALICE).annotations());
  }

  @Test
  void pushesNothingForAnnotations() {
    fixture.join(ALICE);
    fixture.pushed.clear();

    fixture.controller.put(fixture.member(ALICE).withAnnotations(NOTED), edit());
    fixture.controller.put(
        fixture.controller.network(NET).orElseThrow().withAnnotations(NOTED), edit());
    fixture.saveAll();

    assertEquals(List.of(), fixture.pushed);
    assertEquals(2, fixture.controller.network(NET).orElseThrow().revision());
  }

  @Test
  void keepsAnnotationsThroughRequests() {
    fixture.join(ALICE);
    fixture.controller.put(fixture.member(ALICE).withAnnotations(NOTED), edit());

    fixture.saveAll().advance(60_000).request(ALICE);

    assertEquals(NOTED, fixture.member(ALICE).annotations());
  }

  @Test
  void readsMembersInPages() {
    for (int i = 1; i <= 5; i++) {
      fixture.controller.put(MemberRecord.unauthorized(NET, i, fixture.nowMs), edit());
    }

    assertEquals(
        List.of(1L, 2L),
        fixture.controller.members(NET, 0, 2).stream().map(MemberRecord::address).toList());
    assertEquals(
        List.of(3L, 4L, 5L),
        fixture.controller.members(NET, 2, 9).stream().map(MemberRecord::address).toList());
    assertEquals(List.of(), fixture.controller.members(NET, 5, 9));
  }

  @Test
  void deauthorizesBlockedMember() {
    fixture.join(ALICE);
    fixture.join(BOB);
    fixture.revoked.clear();

    fixture.controller.block(NET, ALICE.address(), edit());
    fixture.saveAll();

    assertTrue(!fixture.member(ALICE).authorized());
    assertEquals(1, fixture.revoked.size());
    assertTrue(fixture.revoked.getFirst().members().contains(BOB.address()));
    assertInstanceOf(
        ConfigAnswer.Rejected.class, fixture.advance(2_000).request(ALICE), "its next request");
  }

  @Test
  void admitsBlockedMemberByNothing() {
    fixture.join(ALICE);
    fixture.controller.block(NET, ALICE.address(), edit());
    fixture.saveAll();

    fixture.authorize(ALICE);
    assertTrue(!fixture.member(ALICE).authorized(), "by an operator");
    fixture.controller.deleteMember(NET, ALICE.address(), edit());
    fixture.saveAll();
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    fixture.controller.put(
        network.toBuilder().isPrivate(false).authTokens(Map.of("t", 0L)).build(), edit());
    fixture.saveAll();
    assertInstanceOf(
        ConfigAnswer.Rejected.class, fixture.advance(2_000).request(ALICE), "public network");
    assertInstanceOf(
        ConfigAnswer.Rejected.class,
        fixture.advance(2_000).request(ALICE, ControllerFixture.metaData("a", "token:t")),
        "token");
    assertTrue(fixture.controller.member(NET, ALICE.address()).isEmpty());

    fixture.crash();
    assertInstanceOf(
        ConfigAnswer.Rejected.class, fixture.advance(2_000).request(ALICE), "after a restart");
    assertEquals(
        List.of(ALICE.address()),
        fixture.controller.blocked(NET).stream().map(BlockedAddress::address).toList());
  }

  @Test
  void admitsMemberAfterTheBlock() {
    fixture.join(ALICE);
    fixture.controller.block(NET, ALICE.address(), edit());
    assertTrue(fixture.controller.unblock(NET, ALICE.address(), edit()).record());
    assertTrue(!fixture.controller.unblock(NET, ALICE.address(), edit()).record());
    fixture.saveAll();
    assertTrue(!fixture.member(ALICE).authorized());

    fixture.advance(2_000).join(ALICE);

    assertTrue(fixture.member(ALICE).authorized());
  }
}
