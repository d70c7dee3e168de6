// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.DENIED;
import static net.backhaul.controller.ControllerFixture.NET;
import static net.backhaul.controller.ControllerFixture.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Changes by operators, and the notifications they cause. */
class ControllerChangeTest {
  private final ControllerFixture fixture = new ControllerFixture();

  @Test
  void pushesChangedNetworkToMembers() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);
    fixture.pushed.clear();

    NetworkRecord network = fixture.controller.network(NET).orElseThrow();
    ChangeResult<NetworkRecord> changed =
        fixture.controller.put(ControllerFixture.publicNetwork().withRevision(77), fixture.nowMs);
    fixture.saveAll();

    assertEquals(network.revision() + 1, changed.record().revision());
    assertEquals(2, fixture.pushed.size());
    assertEquals(2, fixture.pushed.getFirst().config().revision());
  }

  @Test
  void pushesChangeOfABridgeToAllMembers() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);

    bridge(true);
    assertEquals(List.of(ALICE.address()), fixture.pushed.getLast().config().activeBridges());
    bridge(false);
    assertEquals(List.of(), fixture.pushed.getLast().config().activeBridges());

    bridge(true);
    fixture.pushed.clear();
    fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs);
    fixture.saveAll();
    assertEquals(
        List.of(BOB.address()),
        fixture.pushed.stream().map(ControllerFixture.Pushed::member).toList());
  }

  /** Makes Alice a bridge, or none; both members get the new configuration. */
  private void bridge(boolean active) {
    fixture.pushed.clear();
    MemberRecord alice = fixture.member(ALICE);
    MemberSettings settings = alice.settings().toBuilder().activeBridge(active).build();
    fixture.controller.put(alice.withSettings(settings), fixture.nowMs);
    fixture.saveAll();
    assertEquals(
        Set.of(ALICE.address(), BOB.address()),
        fixture.pushed.stream().map(ControllerFixture.Pushed::member).collect(Collectors.toSet()));
  }

  @Test
  void notifiesOtherMembersAfterAnInternalError() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);
    fixture.pushed.clear();
    fixture.failing.add(ALICE.address());

    fixture.controller.put(ControllerFixture.publicNetwork(), fixture.nowMs);
    fixture.controller.saved(fixture.store.saveAll());
    fixture.controller.sendNotifications(fixture.nowMs);

    assertEquals(
        List.of(BOB.address()),
        fixture.pushed.stream().map(ControllerFixture.Pushed::member).toList());
    assertEquals(List.of("notifying members: as the test demands"), fixture.errors);
    assertFalse(fixture.controller.hasNotifications(fixture.nowMs));
  }

  @Test
  void doesNotSaveUnchangedNetwork() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.pushed.clear();

    ChangeResult<NetworkRecord> same =
        fixture.controller.put(ControllerFixture.privateNetwork(), fixture.nowMs);

    assertEquals(1, same.record().revision());
    assertEquals(0, fixture.store.unsavedCount());
    assertEquals(List.of(), fixture.saveAll().pushed);
  }

  @Test
  void revokesDeauthorizedMemberAtAllMembers() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);
    fixture.advance(5_000).deauthorize(BOB);
    assertEquals(List.of(), fixture.revoked);

    fixture.saveAll();

    assertEquals(1, fixture.revoked.size());
    ControllerFixture.Revoked revoked = fixture.revoked.getFirst();
    assertEquals(BOB.address(), revoked.revocation().target());
    assertEquals(fixture.nowMs, revoked.revocation().thresholdMs());
    assertTrue(revoked.revocation().propagatesFast());
    assertEquals(SignatureStatus.VALID, revoked.revocation().verify(address -> SELF));
    assertEquals(
        List.of(ALICE.address(), BOB.address()),
        revoked.members().stream().sorted(addressOrder()).toList());
    assertEquals(DENIED, fixture.advance(5_000).request(BOB));
  }

  private static java.util.Comparator<Long> addressOrder() {
    return java.util.Comparator.comparing(address -> address != ALICE.address());
  }

  @Test
  void issuesCredentialsNewerThanRevocation() {
    NetworkConfig before = fixture.withPrivateNetwork().join(ALICE);
    fixture.deauthorize(ALICE);
    fixture.authorize(ALICE);
    fixture.saveAll();

    NetworkConfig after = fixture.pushed.getLast().config();
    assertTrue(after.com().timestampMs() > fixture.revoked.getLast().revocation().thresholdMs());
    assertEquals(before.addresses(), after.addresses());
  }

  @Test
  void revokesDeletedMemberAndRecordsItAnew() {
    fixture.withPrivateNetwork().join(ALICE);

    assertTrue(fixture.controller.deleteMember(NET, ALICE.address(), fixture.nowMs).isPresent());
    fixture.saveAll();

    assertEquals(List.of(ALICE.address()), fixture.revoked.getFirst().members());
    assertEquals(Optional.empty(), fixture.controller.member(NET, ALICE.address()));
    fixture.controller.put(ControllerFixture.publicNetwork(), fixture.nowMs);
    fixture.controller.put(ControllerFixture.privateNetwork(), fixture.nowMs);
    fixture.saveAll();
    assertEquals(Optional.empty(), fixture.controller.member(NET, ALICE.address()));
    assertEquals(DENIED, fixture.advance(2_000).request(ALICE));
    assertEquals(1, fixture.member(ALICE).revision());
    assertEquals(List.of(), fixture.member(ALICE).settings().ipAssignments());
  }

  @Test
  void revokesMembersOfDeletedNetwork() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);

    assertTrue(fixture.controller.deleteNetwork(NET, fixture.nowMs).isPresent());
    fixture.saveAll();

    assertEquals(2, fixture.revoked.size());
    assertEquals(2, fixture.revoked.getFirst().members().size());
    assertEquals(
        new ConfigAnswer.Rejected(ErrorMessage.OBJ_NOT_FOUND, Bytes.EMPTY),
        fixture.advance(2_000).request(ALICE));
    assertEquals(List.of(), fixture.store.stored().members());
  }

  @Test
  void returnsUnusedIdsUnderOwnAddress() {
    long id = fixture.controller.unusedNetworkId().orElseThrow();

    assertEquals(SELF.address(), id >>> 24);
    assertNotEquals(0, id & 0xffffff);
    assertEquals(Optional.empty(), fixture.controller.network(id));
  }

  @Test
  void returnsNetworkZeroUnsaved() {
    NetworkRecord zero = NetworkRecord.builder(0).build();

    assertEquals(0, fixture.controller.put(zero, fixture.nowMs).record().revision());
    assertEquals(List.of(), fixture.controller.networks());
  }

  @Test
  void limitsNotificationsPerTurn() {
    fixture.network(ControllerFixture.publicNetwork()).saveAll();
    for (int i = 0; i < 100; i++) {
      fixture.request(ControllerFixture.unverified(i));
    }
    fixture.saveAll();
    fixture.pushed.clear();
    fixture.controller.put(ControllerFixture.privateNetwork(), fixture.nowMs);
    fixture.controller.saved(fixture.store.saveAll());

    fixture.controller.sendNotifications(fixture.nowMs);

    assertTrue(
        fixture.pushed.size() > 0 && fixture.pushed.size() < 50, "pushed " + fixture.pushed.size());
    assertTrue(fixture.controller.hasNotifications(fixture.nowMs));
    fixture.saveAll();
    assertEquals(100, fixture.pushed.size());
  }

  @Test
  void countsChangesAndNotifications() {
    fixture.withPrivateNetwork().join(ALICE);
    fixture.join(BOB);
    fixture.deauthorize(BOB);
    fixture.controller.put(ControllerFixture.publicNetwork(), fixture.nowMs);
    fixture.saveAll();

    ControllerCounters counters = fixture.controller.counters();
    assertEquals(2, counters.networkWrites());
    assertEquals(1, counters.networkChanges());
    assertEquals(3, counters.authorizations());
    assertEquals(1, counters.deauthorizations());
    assertEquals(2, counters.memberWrites() - counters.memberChanges());
    assertEquals(1, counters.revocations());
    assertEquals(fixture.pushed.size() + 1, counters.pushes());
  }
}
