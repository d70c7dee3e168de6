// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.DENIED;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Members that join by a token. */
class JoinTokensTest {
  private static final String SECRET = "bhj_secret";
  private static final String PUBLIC_KEY = ALICE.publicText().substring(10);
  private static final Annotations NOTED = new Annotations("of the shop", List.of("pos"));
  private static final JoinGrant GRANT =
      new JoinGrant(true, "till", NOTED, Map.of(7L, 9L), List.of(Endpoints.parseIp("10.0.0.77")));

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();

  private void create(long maxUses, JoinGrant grant) {
    var token =
        new JoinToken(
            5,
            NET,
            1,
            JoinToken.hash(SECRET),
            "shop",
            fixture.nowMs,
            fixture.nowMs + 60_000,
            maxUses,
            0,
            grant);
    fixture.controller.createJoinToken(token, Edit.of("admin", "", fixture.nowMs));
    fixture.saveAll();
  }

  private static Bytes metaData(String token) {
    return Bytes.of(RequestMetaData.withJoinToken(RequestMetaData.ours("linux/x86_64"), token));
  }

  private ConfigAnswer join(Identity member, String token) {
    fixture.advance(1_500);
    ConfigAnswer answer = fixture.request(member, metaData(token));
    fixture.saveAll();
    return answer;
  }

  private boolean isAuthorized(Identity member) {
    return fixture.controller.member(NET, member.address()).stream()
        .anyMatch(MemberRecord::authorized);
  }

  private long uses() {
    return fixture.controller.joinToken(NET, 5).orElseThrow().uses();
  }

  /** Returns identities with other addresses, which controllers do not validate. */
  private static Identity numbered(long number) {
    return Identity.parse(Addresses.text(0x10_0000_0000L + number) + PUBLIC_KEY);
  }

  @Test
  void tokenGivesWhatItIsMadeFor() {
    create(1, GRANT);

    join(ALICE, SECRET);

    MemberRecord member = fixture.member(ALICE);
    assertTrue(member.authorized());
    assertEquals("till", member.settings().name());
    assertEquals(NOTED, member.annotations());
    assertEquals(Map.of(7L, 9L), member.settings().tags());
    assertEquals(List.of(Endpoints.parseIp("10.0.0.77")), member.settings().ipAssignments());
    assertEquals(Authorization.BY_TOKEN, member.authorization().credentialType());
    assertFalse(String.valueOf(member).contains(SECRET));
    assertEquals(List.of(ALICE.address()), fixture.pushed.stream().map(e -> e.member()).toList());
  }

  @Test
  void oneOfManyParallelJoinsUsesATokenForOne() {
    create(1, GRANT);
    for (long number = 0; number < 200; number++) {
      fixture.request(numbered(number), metaData(SECRET)); // None is saved meanwhile.
    }
    fixture.saveAll();

    assertEquals(1, fixture.controller.authorizedCount(NET));
    assertEquals(200, fixture.controller.memberCount(NET));
    assertEquals(1, uses());
    assertTrue(isAuthorized(numbered(0)));
  }

  @Test
  void repeatedRequestsOfAMemberCountOnce() {
    create(3, GRANT);
    for (int i = 0; i < 5; i++) {
      join(ALICE, SECRET);
    }
    assertEquals(1, uses());
  }

  @Test
  void usesSurviveACrashWithTheMemberOrNot() {
    create(1, GRANT);
    fixture.request(ALICE, metaData(SECRET));
    fixture.crash(0);
    assertEquals(0, uses());
    assertFalse(isAuthorized(ALICE));

    fixture.request(ALICE, metaData(SECRET));
    fixture.crash(1);
    assertEquals(1, uses());
    assertTrue(isAuthorized(ALICE));
    assertEquals(DENIED, join(BOB, SECRET));
  }

  @Test
  void unknownUsedRevokedAndExpiredTokensAdmitNobody() {
    assertEquals(DENIED, join(ALICE, SECRET));
    create(1, GRANT);
    assertEquals(DENIED, join(ALICE, SECRET + "x"));
    assertEquals(DENIED, join(ALICE, JoinToken.hash(SECRET)));
    fixture.advance(60_000);
    assertEquals(DENIED, join(ALICE, SECRET));

    fixture.controller.revokeJoinToken(NET, 5, Edit.of("admin", "", fixture.nowMs));
    create(1, GRANT);
    fixture.controller.revokeJoinToken(NET, 5, Edit.of("admin", "", fixture.nowMs));
    assertEquals(DENIED, join(ALICE, SECRET));
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void blockedMemberStaysBlocked() {
    create(5, GRANT);
    fixture.controller.block(NET, ALICE.address(), Edit.of("admin", "", fixture.nowMs));

    assertEquals(DENIED, join(ALICE, SECRET));
    assertEquals(0, uses());
    assertFalse(isAuthorized(ALICE));
  }

  @Test
  void deauthorizedMemberDoesNotReturnByTheSameToken() {
    create(5, GRANT);
    join(ALICE, SECRET);
    fixture.deauthorize(ALICE);
    fixture.saveAll();

    assertEquals(DENIED, join(ALICE, SECRET));
    assertFalse(isAuthorized(ALICE));

    fixture.controller.revokeJoinToken(NET, 5, Edit.of("admin", "", fixture.nowMs));
    create(1, GRANT);
    join(ALICE, SECRET);
    assertTrue(isAuthorized(ALICE));
  }

  @Test
  void tokenMayNameWithoutAuthorizing() {
    create(1, new JoinGrant(false, "till", NOTED, Map.of(), List.of()));

    assertEquals(DENIED, join(ALICE, SECRET));
    assertEquals("till", fixture.member(ALICE).settings().name());
    assertFalse(isAuthorized(ALICE));
    assertEquals(1, uses());
    join(ALICE, SECRET);
    assertEquals(1, uses());
  }

  @Test
  void limitsGuessesOfAnAddress() {
    create(5, GRANT);
    for (int guess = 0; guess < JoinTokens.MAX_GUESSES; guess++) {
      join(ALICE, "guess " + guess);
    }
    assertEquals(DENIED, join(ALICE, SECRET));
    join(BOB, SECRET);
    assertTrue(isAuthorized(BOB));
  }

  @Test
  void tokenThatIsRepeatedIsOneGuess() {
    create(5, GRANT);
    for (int request = 0; request < 2 * JoinTokens.MAX_GUESSES; request++) {
      join(ALICE, "an expired one");
    }
    join(ALICE, SECRET);
    assertTrue(isAuthorized(ALICE));
  }

  @Test
  void recordsWhoJoinedByWhichToken() {
    create(1, GRANT);
    fixture.request(ALICE, metaData(SECRET));

    RecordChange last = fixture.store.unsaved().getFirst();
    assertTrue(last instanceof RecordChange.Edited);
    assertEquals("join token shop", ((RecordChange.Edited) last).edit().actor());
    assertEquals(Addresses.text(ALICE.address()), ((RecordChange.Edited) last).edit().origin());
  }
}
