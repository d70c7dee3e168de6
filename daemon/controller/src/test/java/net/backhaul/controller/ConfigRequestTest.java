// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
import static net.backhaul.controller.ControllerFixture.DENIED;
import static net.backhaul.controller.ControllerFixture.IGNORED;
import static net.backhaul.controller.ControllerFixture.MALLORY;
import static net.backhaul.controller.ControllerFixture.NET;
import static net.backhaul.controller.ControllerFixture.SELF;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** Answers to config requests of members. */
class ConfigRequestTest {
  private final ControllerFixture fixture = new ControllerFixture();

  @Test
  void rejectsAndRecordsUnknownMember() {
    fixture.withPrivateNetwork();

    assertEquals(DENIED, fixture.request(ALICE));

    MemberRecord recorded = fixture.member(ALICE);
    assertEquals(ALICE.publicText(), recorded.identity());
    assertEquals(false, recorded.authorized());
    assertEquals(MemberVersion.UNKNOWN, recorded.version());
    assertNotEquals(MemberVersion.UNKNOWN, fixture.controller.statedVersion(NET, ALICE.address()));
    assertEquals(MemberVersion.UNKNOWN, fixture.controller.statedVersion(NET, BOB.address()));
    assertEquals(1, recorded.revision());
  }

  @Test
  void keepsHostNameThatMemberStatesLast() {
    fixture.withPrivateNetwork().request(ALICE, ControllerFixture.metaData("bhh", "web-1"));
    assertEquals("web-1", fixture.controller.hostName(NET, ALICE.address()));

    for (String bad : List.of("<svg onload=x>", "a b", "", "x".repeat(64), "x".repeat(300))) {
      fixture.advance(60_000).request(ALICE, ControllerFixture.metaData("bhh", "web-2"));
      assertEquals("web-2", fixture.controller.hostName(NET, ALICE.address()));
      fixture.advance(60_000).request(ALICE, ControllerFixture.metaData("bhh", bad));
      assertEquals("", fixture.controller.hostName(NET, ALICE.address()), bad);
    }
    assertEquals("", fixture.controller.hostName(NET, BOB.address()));
  }

  @Test
  void pushesConfigurationWhenMemberIsAuthorized() {
    fixture.withPrivateNetwork().request(ALICE);
    fixture.advance(60_000).authorize(ALICE);

    fixture.saveAll();

    assertEquals(1, fixture.pushed.size());
    NetworkConfig config = fixture.pushed.getFirst().config();
    assertEquals(ALICE.address(), config.issuedTo());
    assertEquals(1, config.addresses().size());
    assertEquals(24, config.addresses().getFirst().bits());
    assertEquals(
        List.of(config.addresses().getFirst().address()),
        fixture.member(ALICE).settings().ipAssignments());
    assertEquals(new MemberVersion(1, 14, 1, 12), fixture.member(ALICE).version());
  }

  @Test
  void doesNotPushToMemberThatIsOffline() {
    fixture.withPrivateNetwork().request(ALICE);
    fixture.advance(Controller.ONLINE_MS).authorize(ALICE);

    fixture.saveAll();

    assertEquals(List.of(), fixture.pushed);
  }

  @Test
  void rateLimitsRequestsToOnePerSecond() {
    fixture.withPrivateNetwork().request(ALICE);

    assertEquals(IGNORED, fixture.advance(1_000).request(ALICE));
    assertEquals(DENIED, fixture.request(BOB));
    assertEquals(DENIED, fixture.advance(1).request(ALICE));
    assertEquals(1, fixture.controller.counters().rateLimited());
  }

  @Test
  void answersUnchangedMemberAtOnce() {
    fixture.withPrivateNetwork().join(ALICE);

    ConfigAnswer again = fixture.advance(60_000).request(ALICE);

    assertInstanceOf(ConfigAnswer.Granted.class, again);
    assertEquals(0, fixture.store.unsavedCount());
  }

  @Test
  void signsEveryCredentialOfConfiguration() {
    fixture.withPrivateNetwork().join(ALICE);
    var granted = (ConfigAnswer.Granted) fixture.advance(60_000).request(ALICE);

    var credentials = new ArrayList<Credential>(granted.config().ownerships());
    credentials.add(granted.config().com());
    assertEquals(2, credentials.size());
    for (Credential credential : credentials) {
      assertEquals(SignatureStatus.VALID, credential.verify(address -> SELF));
      assertEquals(fixture.nowMs, credential.timestampMs());
      assertEquals(ALICE.address(), credential.issuedTo());
    }
    assertEquals(granted.config(), NetworkConfig.decode(granted.config().encode()));
  }

  @Test
  void rejectsOtherIdentityWithSameAddress() {
    fixture.withPrivateNetwork().join(ALICE);

    assertEquals(DENIED, fixture.advance(2_000).request(MALLORY));
    assertEquals(0, fixture.store.unsavedCount());
    assertEquals(ALICE.publicText(), fixture.member(ALICE).identity());
    assertInstanceOf(ConfigAnswer.Granted.class, fixture.advance(2_000).request(ALICE));
  }

  @Test
  void authorizesMemberBeforeItsFirstRequest() {
    fixture.withPrivateNetwork().authorize(ALICE);
    fixture.saveAll().request(ALICE);

    fixture.saveAll();

    assertEquals(1, fixture.pushed.size());
    assertEquals(ALICE.publicText(), fixture.member(ALICE).identity());
  }

  @Test
  void authorizesEveryMemberOfPublicNetwork() {
    fixture.network(ControllerFixture.publicNetwork()).request(ALICE);

    fixture.saveAll();

    assertEquals(1, fixture.pushed.size());
    assertTrue(fixture.pushed.getFirst().config().isPublic());
    assertEquals(Authorization.BY_PUBLIC, fixture.member(ALICE).authorization().credentialType());
    assertEquals(fixture.nowMs, fixture.member(ALICE).authorization().authorizedAtMs());
  }

  @Test
  void authorizesByTokenUntilItExpires() {
    var tokens = Map.of("forever", 0L, "past", fixture.nowMs, "future", fixture.nowMs + 1);
    fixture.network(ControllerFixture.networkBuilder().authTokens(tokens).build()).saveAll();

    assertEquals(DENIED, fixture.request(ALICE, ControllerFixture.metaData("a", "token:past")));
    fixture.advance(2_000);
    assertEquals(DENIED, fixture.request(ALICE, ControllerFixture.metaData("a", "token:future")));
    fixture.advance(2_000);
    assertEquals(DENIED, fixture.request(ALICE, ControllerFixture.metaData("a", "forever")));
    fixture.advance(2_000);
    assertEquals(DENIED, fixture.request(ALICE, ControllerFixture.metaData("a", "token:")));
    fixture.advance(2_000).request(ALICE, ControllerFixture.metaData("a", "token:forever"));
    fixture.saveAll();

    assertEquals(1, fixture.pushed.size());
    assertEquals(Authorization.BY_TOKEN, fixture.member(ALICE).authorization().credentialType());
    assertEquals("forever", fixture.member(ALICE).authorization().credential());
  }

  @Test
  void rateLimitsRequestsForUnknownNetwork() {
    var notFound = new ConfigAnswer.Rejected(ErrorMessage.OBJ_NOT_FOUND, Bytes.EMPTY);

    assertEquals(notFound, fixture.request(ALICE));
    assertEquals(IGNORED, fixture.advance(1_000).request(ALICE));
    assertEquals(notFound, fixture.advance(1).request(ALICE));
    assertEquals(2, fixture.controller.counters().unknownNetwork());
  }

  @Test
  void ignoresRequestsForForeignNetworks() {
    long foreign = ALICE.address() << 24 | 1;

    assertEquals(
        IGNORED,
        fixture.controller.answer(
            new ConfigRequest(foreign, BOB, Bytes.EMPTY, 0, 0), fixture.nowMs));
  }

  @Test
  void sendsAcceptRuleToMemberWithoutRulesEngine() {
    var drop = List.of(Rule.action(Rule.ACTION_DROP));
    var capability = new CapabilityDefinition(5, true, drop);
    var tag = new TagDefinition(7, 9L);
    fixture
        .network(
            ControllerFixture.networkBuilder()
                .tags(List.of(tag))
                .capabilities(List.of(capability))
                .build())
        .saveAll();
    fixture.join(ALICE);

    var plain = (ConfigAnswer.Granted) fixture.advance(2_000).request(ALICE);
    fixture.advance(2_000).request(ALICE, Bytes.EMPTY);
    fixture.saveAll();
    NetworkConfig old = fixture.pushed.getLast().config();

    assertEquals(1, plain.config().tags().size());
    assertEquals(List.of(Rule.action(Rule.ACTION_ACCEPT)), old.rules());
    assertEquals(List.of(), old.tags());
    assertEquals(List.of(), old.capabilities());
  }

  @Test
  void addsDefaultCapabilitiesToNewMembersAndDefaultTagsToAll() {
    var capability = new CapabilityDefinition(5, true, List.of());
    var other = new CapabilityDefinition(6, false, List.of());
    var tags = List.of(new TagDefinition(7, 9L), new TagDefinition(8, null));
    fixture.network(
        ControllerFixture.networkBuilder()
            .isPrivate(false)
            .tags(tags)
            .capabilities(List.of(capability, other))
            .build());
    fixture.authorize(BOB);
    fixture.request(ALICE);
    fixture.request(BOB);

    fixture.saveAll();

    assertEquals(List.of(5L), fixture.member(ALICE).settings().capabilities());
    assertEquals(List.of(), fixture.member(BOB).settings().capabilities());
    assertEquals(Map.of(7L, 9L), fixture.member(ALICE).settings().tags());
    assertEquals(Map.of(7L, 9L), fixture.member(BOB).settings().tags());
  }

  @Test
  void rejectsMemberThatMustLogIn() {
    fixture.network(ControllerFixture.networkBuilder().ssoEnabled(true).build()).saveAll();
    fixture.authorize(ALICE);
    fixture.saveAll();

    var rejected = assertInstanceOf(ConfigAnswer.Rejected.class, fixture.request(ALICE));

    assertEquals(ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED, rejected.errorCode());
    assertNotEquals(Bytes.EMPTY, rejected.dictionary());
  }

  @Test
  void assignsAddressesOnce() {
    fixture.network(ControllerFixture.publicNetwork()).saveAll();
    var seen = new ArrayList<java.net.InetAddress>();
    for (int i = 0; i < 300; i++) {
      Identity member = ControllerFixture.unverified(i);
      fixture.request(member);
      fixture.saveAll();
      seen.addAll(fixture.member(member).settings().ipAssignments());
    }

    assertEquals(253, seen.size());
    assertEquals(253, seen.stream().distinct().count());
  }

  @Test
  void rejectsUnauthorizedMembersOverLimitWithoutRecord() {
    fixture.withPrivateNetwork();
    for (int i = 0; i < RecordLimits.MAX_UNAUTHORIZED_MEMBERS; i++) {
      fixture.request(ControllerFixture.unverified(i));
    }

    assertEquals(
        DENIED,
        fixture.request(ControllerFixture.unverified(RecordLimits.MAX_UNAUTHORIZED_MEMBERS)));

    assertEquals(RecordLimits.MAX_UNAUTHORIZED_MEMBERS, fixture.controller.members(NET).size());
    assertEquals(1, fixture.controller.counters().networkFull());
    fixture.authorize(BOB);
    assertTrue(fixture.member(BOB).authorized());
  }

  @Test
  void keepsOperatorsRecordWhenMemberRequests() {
    fixture.withPrivateNetwork();
    MemberRecord plain = MemberRecord.unauthorized(NET, ALICE.address(), 5);
    fixture.controller.put(plain, fixture.nowMs);
    fixture.saveAll().request(ALICE);

    assertEquals(5, fixture.member(ALICE).createdMs());
    assertNull(fixture.member(ALICE).authorization().credentialType());
    assertEquals(2, fixture.member(ALICE).revision());
  }

  @Test
  void fitsLargestConfigurationIntoDictionary() {
    var zeros = Rule.match(Rule.MATCH_IPV6_SOURCE, Bytes.of(new byte[17]));
    var tags = new ArrayList<TagDefinition>();
    var capabilities = new ArrayList<CapabilityDefinition>();
    for (long id = 0; id < 200; id++) {
      tags.add(new TagDefinition(id, 0L));
      capabilities.add(new CapabilityDefinition(id, true, Collections.nCopies(100, zeros)));
    }
    fixture
        .network(
            ControllerFixture.networkBuilder()
                .isPrivate(false)
                .tags(tags)
                .capabilities(capabilities)
                .rules(Collections.nCopies(2_000, zeros))
                .build())
        .request(ALICE);

    fixture.saveAll();

    NetworkConfig config = fixture.pushed.getLast().config();
    assertEquals(NetworkConfig.MAX_TAGS, config.tags().size());
    assertEquals(NetworkConfig.MAX_CAPABILITIES, config.capabilities().size());
    assertEquals(1_024, config.rules().size());
    byte[] dictionary = config.encode();
    assertTrue(dictionary.length < NetworkConfig.CAPACITY_BYTES, "bytes: " + dictionary.length);
    assertEquals(config, NetworkConfig.decode(dictionary));
  }

  @Test
  void resetsTraceLevelOfMemberAtItsRequest() {
    fixture.withPrivateNetwork().join(ALICE);
    MemberRecord joined = fixture.member(ALICE);
    fixture.controller.put(joined.withSettings(joined.settings().withTraceLevel(2)), fixture.nowMs);
    assertEquals(2, fixture.member(ALICE).settings().traceLevel());

    fixture.saveAll().advance(2_000).request(ALICE);

    assertEquals(0, fixture.member(ALICE).settings().traceLevel());
    assertEquals(joined.revision() + 2, fixture.member(ALICE).revision());
  }
}
