// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.protocol.identity.Identity;
import org.junit.jupiter.api.Test;

/** When members were last seen, and those that are deauthorized since they were not. */
class AbsentMembersTest {
  private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);
  private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();

  private void deauthorizeAfterDays(int days) {
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    fixture.controller.put(
        network.withDeauthorizeAfterDays(days), Edit.of("admin", "", fixture.nowMs));
    fixture.saveAll();
  }

  /** Lets time pass with a round every hour; some members ask meanwhile. */
  private void pass(long ms, Identity... asking) {
    for (long end = fixture.nowMs + ms; fixture.nowMs < end; ) {
      fixture.advance(Math.min(HOUR_MS, end - fixture.nowMs));
      for (Identity each : asking) {
        fixture.request(each);
      }
      fixture.controller.absentMembers().round(fixture.nowMs);
      fixture.saveAll();
    }
  }

  private boolean isAuthorized(Identity member) {
    return fixture.member(member).authorized();
  }

  @Test
  void deauthorizesWhoWasNotSeen() {
    fixture.join(ALICE);
    fixture.join(BOB);
    deauthorizeAfterDays(30);
    pass(30 * DAY_MS, BOB);
    assertTrue(isAuthorized(ALICE));

    fixture.revoked.clear();
    pass(2 * HOUR_MS, BOB);

    assertFalse(isAuthorized(ALICE));
    assertTrue(isAuthorized(BOB));
    assertEquals(ALICE.address(), fixture.revoked.getFirst().revocation().target());
    RecordChange.Edited edited = fixture.store.edits.getLast();
    assertEquals("automatic", edited.edit().actor());
    assertEquals(new RecordChange.MemberSaved(fixture.member(ALICE)), edited.change());
  }

  @Test
  void neverDeauthorizesWithoutTheSetting() {
    fixture.join(ALICE);
    pass(400 * DAY_MS);
    assertTrue(isAuthorized(ALICE));
  }

  @Test
  void returnOfOneDayCounts() {
    fixture.join(ALICE);
    deauthorizeAfterDays(30);
    for (int i = 0; i < 4; i++) {
      pass(29 * DAY_MS);
      pass(HOUR_MS, ALICE);
    }
    assertTrue(isAuthorized(ALICE));
  }

  @Test
  void returnIsKnownAfterARestart() {
    fixture.join(ALICE);
    deauthorizeAfterDays(30);
    pass(29 * DAY_MS);
    pass(2 * HOUR_MS, ALICE);
    long seenMs = fixture.controller.lastSeenMs(NET, ALICE.address());
    fixture.crash();

    long savedMs = fixture.controller.lastSeenMs(NET, ALICE.address());
    assertTrue(savedMs <= seenMs && seenMs - savedMs <= AbsentMembers.SAVE_AFTER_MS + 1);
    pass(29 * DAY_MS);
    assertTrue(isAuthorized(ALICE));
    pass(2 * DAY_MS);
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void restartsDoNotExtendTheTime() {
    fixture.join(ALICE);
    deauthorizeAfterDays(30);
    for (int i = 0; i < 31; i++) {
      pass(DAY_MS);
      fixture.crash();
    }
    pass(2 * HOUR_MS);
    assertFalse(isAuthorized(ALICE));
  }

  /** Nobody can be seen by a controller that does not run, or whose clock was set ahead. */
  @Test
  void pauseOfTheControllerIsNoAbsence() {
    fixture.join(ALICE);
    deauthorizeAfterDays(30);
    pass(DAY_MS);
    fixture.crash();
    fixture.advance(60 * DAY_MS);
    pass(DAY_MS);
    assertTrue(isAuthorized(ALICE));

    fixture.advance(3_650 * DAY_MS);
    pass(30 * DAY_MS);
    assertTrue(isAuthorized(ALICE));
    pass(2 * HOUR_MS);
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void clockThatIsSetBackDeauthorizesNobody() {
    fixture.join(ALICE);
    deauthorizeAfterDays(30);
    pass(DAY_MS);
    fixture.nowMs -= 400 * DAY_MS;
    pass(29 * DAY_MS);
    assertTrue(isAuthorized(ALICE));
  }

  /** The records of an older version do not say when a member was seen. */
  @Test
  void firstStartCountsAsSeen() {
    fixture.join(ALICE);
    deauthorizeAfterDays(1);
    fixture.advance(100 * DAY_MS);
    fixture.crash();
    pass(DAY_MS);
    assertTrue(isAuthorized(ALICE));
    pass(2 * HOUR_MS);
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void authorizationCountsAsSeen() {
    deauthorizeAfterDays(1);
    pass(3 * DAY_MS);
    fixture.authorize(ALICE);
    pass(DAY_MS);
    assertTrue(isAuthorized(ALICE));
    pass(2 * HOUR_MS);
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void savesWhenMembersWereSeenOncePerHour() {
    fixture.join(ALICE);
    fixture.store.seenPerChange.clear();
    for (int minute = 0; minute < 10 * 60; minute++) {
      fixture.advance(60_000);
      fixture.request(ALICE);
      fixture.controller.absentMembers().round(fixture.nowMs);
      fixture.saveAll();
    }
    int saved = fixture.store.seenPerChange.stream().mapToInt(each -> each).sum();
    assertTrue(saved >= 8 && saved <= 11, () -> "saved " + saved + " times in 10 hours");
  }

  /** A round of a large network is short, and the pass comes to every member. */
  @Test
  void boundsTheWorkOfARound() {
    int members = 3_000;
    for (int i = 0; i < members; i++) {
      MemberRecord member = MemberRecord.unauthorized(NET, 0x1000000000L + i, fixture.nowMs);
      fixture.controller.put(
          member.withAuthorization(
              member.authorization().authorize(Authorization.BY_API, null, fixture.nowMs)),
          fixture.nowMs);
    }
    deauthorizeAfterDays(1);
    pass(DAY_MS); // None is due.
    fixture.advance(2 * HOUR_MS);
    int rounds = 0;
    int before = fixture.controller.authorizedCount(NET);
    while (fixture.controller.authorizedCount(NET) > 0) {
      fixture.controller.absentMembers().round(fixture.nowMs);
      int now = fixture.controller.authorizedCount(NET);
      assertTrue(before - now <= AbsentMembers.DEAUTHORIZED_PER_ROUND);
      before = now;
      rounds++;
      assertTrue(rounds <= 4 * members / AbsentMembers.DEAUTHORIZED_PER_ROUND);
    }
    assertEquals(members, fixture.controller.memberCount(NET));
  }

  @Test
  void visitsAllNetworksAndWritesNothingWithoutOne() {
    var empty = new ControllerFixture();
    empty.controller.absentMembers().round(empty.nowMs);
    assertEquals(0, empty.store.unsavedCount());

    long other = NET + 1;
    fixture.network(NetworkRecord.builder(other).deauthorizeAfterDays(1).build());
    MemberRecord member = MemberRecord.unauthorized(other, 7, fixture.nowMs);
    fixture.controller.put(
        member.withAuthorization(
            member.authorization().authorize(Authorization.BY_API, null, fixture.nowMs)),
        fixture.nowMs);
    pass(DAY_MS + 2 * HOUR_MS);
    assertFalse(fixture.controller.member(other, 7).orElseThrow().authorized());
    assertEquals(
        List.of(7L),
        fixture.controller.members(other).stream().map(MemberRecord::address).toList());
  }
}
