// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Credentials;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.NetworkCredentials;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

class CredentialExchangeTest {
  private static final Identity CONTROLLER = RecordedIdentities.all().get("controller");
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final Identity BOB = RecordedIdentities.all().get("bob");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final long WINDOW_MS = TestController.WINDOW_MS;
  private static final long NOW_MS = 1_700_000_000_000L;

  private final RecordingLink link = new RecordingLink(ALICE);
  private final LongMap<Network> networks = new LongMap<>();
  private final Network network = new Network(NETWORK_ID, ALICE.address(), NOW_MS);
  private final CredentialExchange exchange = new CredentialExchange(link, networks);

  CredentialExchangeTest() {
    networks.put(NETWORK_ID, network);
    link.known.put(BOB.address(), BOB);
  }

  private static MembershipCertificate com(Identity member, long timestampMs) {
    return MembershipCertificate.issue(CONTROLLER, NETWORK_ID, timestampMs, WINDOW_MS, member);
  }

  private PacketOutcome receive(NetworkCredentials credentials, long nowMs) {
    var out = new WireWriter();
    new Credentials(credentials).writeTo(out);
    InboundPacket packet = link.packet(BOB, 7, Verb.NETWORK_CREDENTIALS, out.toByteArray(), nowMs);
    return exchange.receive(packet);
  }

  private static NetworkCredentials only(MembershipCertificate com) {
    return new NetworkCredentials(List.of(com), List.of(), List.of(), List.of(), List.of(), true);
  }

  @Test
  void acceptsADeferredPacketOnceTheSignerIsKnown() {
    assertEquals(PacketOutcome.PENDING, receive(only(com(BOB, NOW_MS)), NOW_MS));

    link.known.put(CONTROLLER.address(), CONTROLLER);

    assertEquals(PacketOutcome.TRUSTED, receive(only(com(BOB, NOW_MS)), NOW_MS + 1));
    assertEquals(NOW_MS, network.members.get(BOB.address()).comTimestampMs());
    assertEquals(1, link.retries);
  }

  @Test
  void acceptsSecondPacketAtOnce() {
    link.known.put(CONTROLLER.address(), CONTROLLER);

    assertEquals(PacketOutcome.TRUSTED, receive(only(com(BOB, NOW_MS)), NOW_MS));
    assertEquals(PacketOutcome.TRUSTED, receive(only(com(BOB, NOW_MS + 5)), NOW_MS + 5));
    assertEquals(NOW_MS + 5, network.members.get(BOB.address()).comTimestampMs());
  }

  @Test
  void limitsPacketsOfOneSender() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    int accepted = 0;
    for (int i = 0; i < 100; i++) {
      NetworkCredentials credentials = only(com(BOB, NOW_MS + i));
      accepted += receive(credentials, NOW_MS) == PacketOutcome.TRUSTED ? 1 : 0;
    }

    assertEquals(8, accepted);
    assertEquals(92, link.drops.get(Drop.RATE_LIMITED));
    assertEquals(PacketOutcome.IGNORED, receive(only(com(BOB, NOW_MS + 200)), NOW_MS + 999));
    assertEquals(PacketOutcome.TRUSTED, receive(only(com(BOB, NOW_MS + 200)), NOW_MS + 1_000));
    assertEquals(PacketOutcome.IGNORED, receive(only(com(BOB, NOW_MS + 300)), NOW_MS + 1_001));
  }

  private static NetworkConfig withTag(NetworkConfig config, Tag tag) {
    return new NetworkConfig(
        config.networkId(),
        config.timestampMs(),
        config.credentialWindowMs(),
        config.revision(),
        config.issuedTo(),
        0,
        0,
        config.flags(),
        config.multicastLimit(),
        false,
        config.name(),
        config.mtuBytes(),
        config.com(),
        List.of(),
        List.of(tag),
        List.of(),
        List.of(),
        List.of(),
        config.addresses(),
        config.rules(),
        "",
        List.of(),
        config.sso());
  }

  private Policy enforceWithTag(long value, long timestampMs) {
    NetworkConfig plain = new TestController(CONTROLLER, NETWORK_ID).config(ALICE, timestampMs);
    Tag tag = Tag.issue(CONTROLLER, NETWORK_ID, timestampMs, 5, value, ALICE.address());
    NetworkConfig config = withTag(plain, tag);
    network.enforce(
        new Policy(config, ALICE.address()), CredentialPacker.messages(config), timestampMs);
    return network.policy;
  }

  @Test
  void sendsNewTagsToMembersInUseAtOnce() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS);
    network.members.touch(0x1234567890L, NOW_MS); // No credential was ever exchanged with it.
    Policy first = enforceWithTag(1, NOW_MS);

    Policy refreshed = enforceWithTag(1, NOW_MS + 5_000);
    exchange.sendIfNew(network, first, NOW_MS + 5_000);
    assertEquals(List.of(), link.sent);

    enforceWithTag(2, NOW_MS + 10_000);
    exchange.sendIfNew(network, refreshed, NOW_MS + 10_000);
    assertEquals(1, link.sent.size());
    assertEquals(BOB.address(), link.sent.getFirst().to());
    assertEquals(Verb.NETWORK_CREDENTIALS, link.sent.getFirst().verb());
  }

  /** The reference drops what arrives within a second of the credentials before. */
  @Test
  void repeatsCredentialsThatFollowOthersWithinASecond() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS);
    Member bob = network.members.get(BOB.address());
    Policy first = enforceWithTag(1, NOW_MS);
    exchange.sendIfDue(network, bob, NOW_MS);
    assertEquals(Deadlines.NEVER, exchange.nextDeadlineMs());

    Policy second = enforceWithTag(2, NOW_MS + 100);
    exchange.sendIfNew(network, first, NOW_MS + 100);
    enforceWithTag(3, NOW_MS + 200);
    exchange.sendIfNew(network, second, NOW_MS + 200);
    assertEquals(3, link.sent.size());
    assertEquals(NOW_MS + 1_200, exchange.nextDeadlineMs());

    exchange.advance(NOW_MS + 1_200);
    assertEquals(4, link.sent.size());
    assertEquals(link.sent.get(2).payload(), link.sent.get(3).payload());
    assertEquals(Deadlines.NEVER, exchange.nextDeadlineMs());
  }

  /** Sets the configuration in force, issued at a time. */
  private void enforce(long timestampMs) {
    NetworkConfig config = new TestController(CONTROLLER, NETWORK_ID).config(ALICE, timestampMs);
    network.enforce(new Policy(config, ALICE.address()), List.of(), timestampMs);
  }

  @Test
  void replacesCredentialsOfTheFutureOnceOurConfigurationIsOlder() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    long aheadMs = NOW_MS + 2 * WINDOW_MS;
    enforce(aheadMs);
    exchange.accept(com(BOB, aheadMs), BOB.address(), NOW_MS);
    exchange.accept(tag(aheadMs), BOB.address(), NOW_MS);
    Member bob = network.members.get(BOB.address());

    assertEquals(
        CredentialExchange.CredentialOutcome.REJECTED,
        exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS));
    assertTrue(bob.isAllowed(network.policy, BOB));
    enforce(NOW_MS);
    assertFalse(bob.isAllowed(network.policy, BOB));

    assertEquals(
        CredentialExchange.CredentialOutcome.NEW,
        exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS));
    assertEquals(
        CredentialExchange.CredentialOutcome.NEW,
        exchange.accept(tag(NOW_MS), BOB.address(), NOW_MS));
    assertTrue(bob.isAllowed(network.policy, BOB));
    assertEquals(7, bob.usableTag(1_000, network.policy));
  }

  @Test
  void rejectsOlderCredentialsInsideOfTheWindow() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    enforce(NOW_MS);
    exchange.accept(com(BOB, NOW_MS + WINDOW_MS), BOB.address(), NOW_MS);
    exchange.accept(tag(NOW_MS + WINDOW_MS), BOB.address(), NOW_MS);

    for (long olderMs : new long[] {NOW_MS + WINDOW_MS - 1, NOW_MS, NOW_MS - WINDOW_MS}) {
      for (Credential older : List.of(com(BOB, olderMs), tag(olderMs))) {
        assertEquals(
            CredentialExchange.CredentialOutcome.REJECTED,
            exchange.accept(older, BOB.address(), NOW_MS));
      }
    }
  }

  @Test
  void rejectsRevokedCertificateRegardlessOfItsTime() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    enforce(NOW_MS);
    exchange.accept(com(BOB, NOW_MS + 2 * WINDOW_MS), BOB.address(), NOW_MS);
    exchange.accept(
        Revocation.ofMembership(CONTROLLER, 1, NETWORK_ID, NOW_MS, BOB.address()),
        CONTROLLER.address(),
        NOW_MS);

    assertEquals(
        CredentialExchange.CredentialOutcome.REJECTED,
        exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS));
  }

  @Test
  void requestsConfigurationOnceForCertificatesOutsideOfItsWindow() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    enforce(NOW_MS);
    network.nextRequestMs = NOW_MS + 60_000;
    network.lastRequestMs = NOW_MS - 60_000;
    exchange.accept(com(BOB, NOW_MS + WINDOW_MS), BOB.address(), NOW_MS);
    assertEquals(NOW_MS + 60_000, network.nextRequestMs);

    exchange.accept(com(BOB, NOW_MS + WINDOW_MS + 1), BOB.address(), NOW_MS);
    assertEquals(NOW_MS, network.nextRequestMs);

    network.nextRequestMs = NOW_MS + 60_000;
    exchange.accept(com(BOB, NOW_MS + WINDOW_MS + 2), BOB.address(), NOW_MS + 59_999);
    assertEquals(NOW_MS + 60_000, network.nextRequestMs);
  }

  private static Tag tag(long timestampMs) {
    return Tag.issue(CONTROLLER, NETWORK_ID, timestampMs, 1_000, 7, BOB.address());
  }

  @Test
  void keepsTheCertificateOfAMemberWhoseTagIsRevoked() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    var tag = Tag.issue(CONTROLLER, NETWORK_ID, NOW_MS, 1_000, 100, BOB.address());
    exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS);
    exchange.accept(tag, BOB.address(), NOW_MS);
    Member bob = network.members.get(BOB.address());

    assertEquals(
        CredentialExchange.CredentialOutcome.NEW,
        exchange.accept(tagRevocation(NOW_MS + 20), CONTROLLER.address(), NOW_MS));

    assertTrue(bob.isRevoked(tag));
    assertEquals(0, bob.comRevokedMs());
    assertEquals(
        CredentialExchange.CredentialOutcome.REDUNDANT,
        exchange.accept(tagRevocation(NOW_MS + 20), CONTROLLER.address(), NOW_MS));
    assertEquals(
        CredentialExchange.CredentialOutcome.REJECTED,
        exchange.accept(
            Tag.issue(CONTROLLER, NETWORK_ID, NOW_MS + 20, 1_000, 8, BOB.address()),
            BOB.address(),
            NOW_MS));
    assertFalse(
        bob.isRevoked(Tag.issue(CONTROLLER, NETWORK_ID, NOW_MS + 21, 1_000, 8, BOB.address())));
  }

  @Test
  void keepsRevocationsWhileUnknownPeersFillTheTable() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    var revocation = Revocation.ofMembership(CONTROLLER, 1, NETWORK_ID, NOW_MS + 10, BOB.address());
    exchange.accept(revocation, CONTROLLER.address(), NOW_MS);

    for (int i = 0; i < Members.MAX_MEMBERS; i++) {
      network.members.touch(0x1000000000L + i, NOW_MS + 20);
    }

    assertEquals(
        CredentialExchange.CredentialOutcome.REJECTED,
        exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS + 20));
  }

  private static Revocation tagRevocation(long thresholdMs) {
    var unsigned =
        new Revocation(
            1,
            NETWORK_ID,
            1_000,
            thresholdMs,
            0,
            BOB.address(),
            CONTROLLER.address(),
            Credential.TYPE_TAG,
            Bytes.EMPTY);
    return new Revocation(
        1,
        NETWORK_ID,
        1_000,
        thresholdMs,
        0,
        BOB.address(),
        CONTROLLER.address(),
        Credential.TYPE_TAG,
        Bytes.of(CONTROLLER.sign(unsigned.signedBytes())));
  }

  @Test
  void skipsThePacketAfterThreeInvalidSignatures() {
    link.known.put(CONTROLLER.address(), CONTROLLER);
    var forged = new ArrayList<Tag>();
    for (int id = 0; id < 60; id++) {
      Tag good = Tag.issue(CONTROLLER, NETWORK_ID, NOW_MS, id, 1, BOB.address());
      forged.add(
          new Tag(
              NETWORK_ID, NOW_MS, id, 2, BOB.address(), CONTROLLER.address(), good.signature()));
    }

    PacketOutcome outcome =
        receive(
            new NetworkCredentials(List.of(), List.of(), forged, List.of(), List.of(), true),
            NOW_MS);

    assertEquals(PacketOutcome.IGNORED, outcome);
    assertEquals(3, link.drops.get(Drop.BAD_CREDENTIAL));
    assertEquals(0, network.members.all().size());
  }

  @Test
  void knowsAllMembersOfALargeNetworkIfTheLimitPermits() {
    int members = 20_000;
    network.members.limit(members);

    for (int i = 1; i <= members; i++) {
      network.members.touch(i, NOW_MS + i);
    }
    assertEquals(members, network.members.all().size());
    for (int i = 1; i <= members; i++) {
      assertNotNull(network.members.get(i));
    }

    network.members.touch(members + 1, NOW_MS + members);
    assertEquals(members / 2 + 1, network.members.all().size());
  }

  @Test
  void limitsTheMembersOfAPublicNetwork() {
    var random = new Random(1);
    for (int i = 0; i < 3 * Members.MAX_MEMBERS; i++) {
      network.members.touch(1 + (random.nextLong() & 0xff_ffff_fff0L), NOW_MS + i);
    }
    exchange.accept(com(BOB, NOW_MS), BOB.address(), NOW_MS);

    assertTrue(network.members.all().size() <= Members.MAX_MEMBERS);
  }
}
