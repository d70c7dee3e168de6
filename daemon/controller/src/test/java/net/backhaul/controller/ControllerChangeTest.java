// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.NET;
import static net.backhaul.controller.ControllerFixture.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** What operators change, and who hears of it. */
class ControllerChangeTest {
  private static final ConfigAnswer DENIED =
      new ConfigAnswer.Refused(ErrorMessage.NETWORK_ACCESS_DENIED, Bytes.EMPTY);

  private final ControllerFixture site = new ControllerFixture();

  private ControllerFixture withNetwork() {
    return site.network(ControllerFixture.privateNetwork()).settle();
  }

  @Test
  void membersHearOfAChangedNetwork() {
    withNetwork().join(ALICE);
    site.join(BOB);
    site.pushed.clear();

    NetworkRecord network = site.controller.network(NET).orElseThrow();
    ChangeResult<NetworkRecord> changed =
        site.controller.put(ControllerFixture.publicNetwork().withRevision(77), site.nowMs);
    site.settle();

    assertEquals(network.revision() + 1, changed.record().revision());
    assertEquals(2, site.pushed.size());
    assertEquals(2, site.pushed.getFirst().config().revision());
  }

  @Test
  void anUnchangedNetworkIsNotWrittenAgain() {
    withNetwork().join(ALICE);
    site.pushed.clear();

    ChangeResult<NetworkRecord> same =
        site.controller.put(ControllerFixture.privateNetwork(), site.nowMs);

    assertEquals(1, same.record().revision());
    assertEquals(0, site.store.waiting());
    assertEquals(List.of(), site.settle().pushed);
  }

  @Test
  void aMemberThatIsPutOutIsRevokedEverywhere() {
    withNetwork().join(ALICE);
    site.join(BOB);
    site.pass(5_000).deauthorize(BOB);
    assertEquals(List.of(), site.revoked);

    site.settle();

    assertEquals(1, site.revoked.size());
    ControllerFixture.Revoked revoked = site.revoked.getFirst();
    assertEquals(BOB.address(), revoked.revocation().target());
    assertEquals(site.nowMs, revoked.revocation().thresholdMs());
    assertTrue(revoked.revocation().propagatesFast());
    assertEquals(SignatureStatus.VALID, revoked.revocation().verify(address -> SELF));
    assertEquals(
        List.of(ALICE.address(), BOB.address()),
        revoked.members().stream().sorted(addressOrder()).toList());
    assertEquals(DENIED, site.pass(5_000).ask(BOB));
  }

  private static java.util.Comparator<Long> addressOrder() {
    return java.util.Comparator.comparing(address -> address != ALICE.address());
  }

  @Test
  void whatIsIssuedAfterARevocationIsNewerThanIt() {
    NetworkConfig before = withNetwork().join(ALICE);
    site.deauthorize(ALICE);
    site.authorize(ALICE);
    site.settle();

    NetworkConfig after = site.pushed.getLast().config();
    assertTrue(after.com().timestampMs() > site.revoked.getLast().revocation().thresholdMs());
    assertEquals(before.addresses(), after.addresses());
  }

  @Test
  void aDeletedMemberIsRevokedAndComesBackAsAStranger() {
    withNetwork().join(ALICE);

    assertTrue(site.controller.deleteMember(NET, ALICE.address(), site.nowMs).isPresent());
    site.settle();

    assertEquals(List.of(ALICE.address()), site.revoked.getFirst().members());
    assertEquals(Optional.empty(), site.controller.member(NET, ALICE.address()));
    site.controller.put(ControllerFixture.publicNetwork(), site.nowMs);
    site.controller.put(ControllerFixture.privateNetwork(), site.nowMs);
    site.settle();
    assertEquals(Optional.empty(), site.controller.member(NET, ALICE.address()));
    assertEquals(DENIED, site.pass(2_000).ask(ALICE));
    assertEquals(1, site.member(ALICE).revision());
    assertEquals(List.of(), site.member(ALICE).settings().ipAssignments());
  }

  @Test
  void aDeletedNetworkRevokesItsMembers() {
    withNetwork().join(ALICE);
    site.join(BOB);

    assertTrue(site.controller.deleteNetwork(NET, site.nowMs).isPresent());
    site.settle();

    assertEquals(2, site.revoked.size());
    assertEquals(2, site.revoked.getFirst().members().size());
    assertEquals(
        new ConfigAnswer.Refused(ErrorMessage.OBJ_NOT_FOUND, Bytes.EMPTY),
        site.pass(2_000).ask(ALICE));
    assertEquals(List.of(), site.store.members());
  }

  @Test
  void newIdsAreOursAndFree() {
    long id = site.controller.unusedNetworkId().orElseThrow();

    assertEquals(SELF.address(), id >>> 24);
    assertNotEquals(0, id & 0xffffff);
    assertEquals(Optional.empty(), site.controller.network(id));
  }

  @Test
  void aNetworkOfZerosIsAnsweredAndNotKept() {
    NetworkRecord zero =
        new NetworkRecord(
            0,
            0,
            "",
            true,
            true,
            0,
            2800,
            AssignModes.NONE,
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            "",
            List.of(),
            Map.of(),
            0,
            0,
            false,
            0,
            "{}");

    assertEquals(0, site.controller.put(zero, site.nowMs).record().revision());
    assertEquals(List.of(), site.controller.networks());
  }

  @Test
  void tellingManyTakesManyTurns() {
    site.network(ControllerFixture.publicNetwork()).settle();
    for (int i = 0; i < 100; i++) {
      site.ask(ControllerFixture.somebody(i));
    }
    site.settle();
    site.pushed.clear();
    site.controller.put(ControllerFixture.privateNetwork(), site.nowMs);
    site.controller.saved(site.store.keepAll());

    site.controller.sendNotifications(site.nowMs);

    assertTrue(site.pushed.size() > 0 && site.pushed.size() < 50, "told " + site.pushed.size());
    assertTrue(site.controller.hasNotifications());
    site.settle();
    assertEquals(100, site.pushed.size());
  }

  @Test
  void whatHappensIsCounted() {
    withNetwork().join(ALICE);
    site.join(BOB);
    site.deauthorize(BOB);
    site.controller.put(ControllerFixture.publicNetwork(), site.nowMs);
    site.settle();

    ControllerCounters counters = site.controller.counters();
    assertEquals(2, counters.networkWrites());
    assertEquals(1, counters.networkChanges());
    assertEquals(3, counters.authorizations());
    assertEquals(1, counters.deauthorizations());
    assertEquals(2, counters.memberWrites() - counters.memberChanges());
    assertEquals(1, counters.revocations());
    assertEquals(site.pushed.size() + 1, counters.pushes());
  }
}
