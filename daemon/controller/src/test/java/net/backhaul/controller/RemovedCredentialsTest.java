// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static net.backhaul.controller.ControllerFixture.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.network.Tag;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Revocations of the tags and capabilities that members lose. */
class RemovedCredentialsTest {
  private static final CapabilityDefinition SSH =
      new CapabilityDefinition(20, false, List.of(Rule.action(Rule.ACTION_ACCEPT)));

  private final ControllerFixture fixture = new ControllerFixture();

  /** Alice reads directories, as members of our implementation do; Bob does not. */
  @BeforeEach
  void join() {
    fixture.network(ControllerFixture.networkBuilder().capabilities(List.of(SSH)).build());
    fixture.saveAll();
    fixture.join(BOB);
    fixture.join(ALICE);
    fixture.advance(2_000).requestWithDirectory(ALICE, 0);
    fixture.saveAll();
    set(BOB, Map.of(1L, 5L, 2L, 6L), List.of(20L));
  }

  private void set(
      net.backhaul.protocol.identity.Identity member,
      Map<Long, Long> tags,
      List<Long> capabilities) {
    MemberRecord record = fixture.member(member);
    MemberSettings settings =
        record.settings().toBuilder().tags(tags).capabilities(capabilities).build();
    fixture.controller.put(record.withSettings(settings), fixture.nowMs);
    fixture.saveAll();
  }

  private List<String> revoked() {
    return fixture.revoked.stream()
        .map(ControllerFixture.Revoked::revocation)
        .map(each -> each.credentialType() + ":" + each.credentialId())
        .toList();
  }

  @Test
  void revokesWhatAMemberLosesAtMembersThatKeepItsMembership() {
    assertEquals(List.of(), fixture.revoked);
    set(BOB, Map.of(1L, 7L), List.of());

    assertEquals(List.of("3:2", "2:20"), revoked());
    for (ControllerFixture.Revoked each : fixture.revoked) {
      Revocation revocation = each.revocation();
      assertEquals(List.of(ALICE.address()), each.members(), "recipients");
      assertEquals(BOB.address(), revocation.target());
      assertEquals(fixture.nowMs, revocation.thresholdMs());
      // The reference would revoke the membership.
      assertFalse(revocation.propagatesFast(), "members forward it");
      assertEquals(SignatureStatus.VALID, revocation.verify(address -> SELF));
    }
    assertEquals(2, fixture.controller.counters().revocations());
  }

  @Test
  void issuesNewerCredentialsAfterwards() {
    set(BOB, Map.of(), List.of());
    set(BOB, Map.of(1L, 5L), List.of());

    NetworkConfig config = fixture.pushed.getLast().config();
    Tag tag = config.tags().getFirst();
    assertTrue(
        tag.timestampMs() > fixture.revoked.getFirst().revocation().thresholdMs(),
        "the tag is newer than the revocation of the same millisecond");
  }

  @Test
  void revokesNothingForTheMemberItselfAlone() {
    set(ALICE, Map.of(1L, 5L), List.of());
    set(ALICE, Map.of(), List.of());
    assertEquals(List.of(), fixture.revoked);
  }

  @Test
  void revokesWhatADeletedMemberHad() {
    fixture.controller.deleteMember(NET, BOB.address(), fixture.nowMs);
    fixture.saveAll();
    assertEquals(List.of("1:0", "3:1", "3:2", "2:20"), revoked());
  }

  @Test
  void revokesCapabilitiesThatTheNetworkLoses() {
    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    fixture.controller.put(network.toBuilder().capabilities(List.of()).build(), fixture.nowMs);
    fixture.saveAll();
    assertEquals(List.of("2:20"), revoked());
    assertEquals(List.of(ALICE.address()), fixture.revoked.getFirst().members());
  }

  @Test
  void fillsMessagesWithRevocations() {
    Map<Long, Long> many = new java.util.HashMap<>();
    LongStream.range(0, 100).forEach(tag -> many.put(tag, 1L));
    set(BOB, many, List.of());
    fixture.revoked.clear();

    set(BOB, Map.of(), List.of());

    assertEquals(100, fixture.revoked.size());
    assertEquals(
        List.of(Revocation.MAX_PER_MESSAGE, 100 - Revocation.MAX_PER_MESSAGE),
        fixture.revokedPerMessage.subList(
            fixture.revokedPerMessage.size() - 2, fixture.revokedPerMessage.size()));
    assertEquals(Credential.TYPE_TAG, fixture.revoked.getLast().revocation().credentialType());
  }
}
