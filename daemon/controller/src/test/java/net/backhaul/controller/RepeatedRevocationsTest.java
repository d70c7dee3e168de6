// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Revocation;
import org.junit.jupiter.api.Test;

/** Members that were away get the revocations that they have missed. */
class RepeatedRevocationsTest {
  private static final Identity CAROL = Identity.generate(new Random(5));
  private static final long WINDOW_MS = NetworkRecord.DEFAULT_CREDENTIAL_WINDOW_MS;

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();

  /** Returns whose membership was revoked to Bob since the last call. */
  private List<Long> revokedToBob() {
    List<Long> targets =
        fixture.revoked.stream()
            .filter(each -> each.members().contains(BOB.address()))
            .map(each -> each.revocation().target())
            .toList();
    fixture.revoked.clear();
    return targets;
  }

  private List<Long> requestOfBob() {
    fixture.request(BOB);
    fixture.saveAll();
    return revokedToBob();
  }

  private void joinAndLeave() {
    fixture.join(BOB);
    fixture.join(ALICE);
    fixture.advance(Controller.ONLINE_MS + 1);
  }

  @Test
  void memberThatReturnsGetsWhatItHasMissed() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.saveAll();
    assertEquals(List.of(), revokedToBob());

    fixture.advance(WINDOW_MS / 2);
    assertEquals(List.of(ALICE.address()), requestOfBob());

    // A packet may have been lost.
    fixture.advance(60_000);
    assertEquals(List.of(ALICE.address()), requestOfBob());
    fixture.advance(61_000);
    assertEquals(List.of(), requestOfBob());
  }

  @Test
  void revocationCoversAllCredentialsOfBefore() {
    joinAndLeave();
    long thresholdMs = fixture.nowMs;
    fixture.deauthorize(ALICE);
    fixture.saveAll();
    fixture.advance(5_000);
    fixture.request(BOB);
    fixture.saveAll();

    Revocation revocation = fixture.revoked.getLast().revocation();
    assertEquals(thresholdMs, revocation.thresholdMs());
    assertEquals(NET, revocation.networkId());
  }

  @Test
  void deletedMemberIsRevokedAfterARestart() {
    joinAndLeave();
    fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs);
    fixture.saveAll().crash();

    fixture.advance(1_000);
    assertEquals(List.of(ALICE.address()), requestOfBob());
  }

  @Test
  void memberThatIsDeletedAfterItsDeauthorizationIsRevoked() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.advance(5_000);
    fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs);
    fixture.saveAll().crash();

    assertEquals(List.of(ALICE.address()), requestOfBob());
  }

  @Test
  void deauthorizedMemberIsRevokedAfterARestart() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.saveAll().crash();

    assertEquals(List.of(ALICE.address()), requestOfBob());
  }

  @Test
  void revocationsEndWithTheWindow() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.saveAll();
    fixture.advance(WINDOW_MS + 1);

    assertEquals(List.of(), requestOfBob());
  }

  @Test
  void memberThatIsAuthorizedAgainIsNotRevoked() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs);
    fixture.saveAll();
    fixture.advance(5_000);
    fixture.join(ALICE);
    fixture.revoked.clear();

    assertEquals(List.of(), requestOfBob());
    fixture.crash().advance(1_500);
    assertEquals(List.of(), requestOfBob());
  }

  @Test
  void unauthorizedMemberGetsNone() {
    joinAndLeave();
    fixture.deauthorize(ALICE);
    fixture.request(CAROL);
    fixture.saveAll();

    assertEquals(List.of(), fixture.revoked);
  }

  @Test
  void membershipOfItsOwnIsNotRepeatedToAMember() {
    joinAndLeave();
    fixture.deauthorize(BOB);
    fixture.saveAll();
    fixture.authorize(BOB);
    fixture.deauthorize(ALICE);
    fixture.saveAll();

    assertEquals(List.of(ALICE.address()), requestOfBob());
  }

  @Test
  void memberThatWasOnlineGetsThoseOfTheLastTimeAgain() {
    fixture.join(BOB);
    fixture.join(ALICE);
    for (int minute = 0; minute < 4; minute++) {
      fixture.advance(60_000);
      fixture.request(BOB);
    }
    fixture.deauthorize(ALICE);
    fixture.saveAll();
    assertEquals(List.of(ALICE.address()), revokedToBob());

    fixture.advance(60_000);
    assertEquals(List.of(ALICE.address()), requestOfBob());
    for (int minute = 0; minute < 3; minute++) {
      fixture.advance(60_000);
      requestOfBob();
    }
    assertEquals(List.of(), requestOfBob());
  }

  @Test
  void manyRevocationsAreSeveralDatagramsAndSignedOnce() {
    fixture.join(BOB);
    fixture.advance(Controller.ONLINE_MS + 1);
    for (long address = 1; address <= 30; address++) {
      MemberRecord member = MemberRecord.unauthorized(NET, 0x10_0000_0000L + address, 1);
      Authorization authorized = Authorization.NONE.authorize(Authorization.BY_API, null, 1);
      fixture.controller.put(member.withAuthorization(authorized), fixture.nowMs);
      fixture.controller.deleteMember(NET, member.address(), fixture.nowMs);
    }
    fixture.saveAll();
    fixture.revokedPerMessage.clear();

    fixture.request(BOB);
    fixture.saveAll();
    List<Revocation> first = fixture.revoked.stream().map(each -> each.revocation()).toList();
    assertEquals(List.of(8, 8, 8, 6), fixture.revokedPerMessage);
    fixture.revoked.clear();
    fixture.advance(2_000).request(BOB);
    fixture.saveAll();
    assertEquals(first, fixture.revoked.stream().map(each -> each.revocation()).toList());
  }

  @Test
  void limitsRevokedMembers() {
    var revoked = new RevokedMembers();
    for (long address = 1; address <= RevokedMembers.MAX_REVOKED + 5; address++) {
      revoked.add(new RevokedMember(NET, address, address));
    }

    List<RevokedMember> all = revoked.since(0, 0, Integer.MAX_VALUE);
    assertEquals(RevokedMembers.MAX_REVOKED, all.size());
    assertEquals(6, all.getLast().address());
    assertTrue(revoked.find(5) == null && revoked.find(6) != null);
  }
}
