// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.BOB;
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

/** What members ask, and what they are answered. */
class ConfigRequestTest {
  private static final ConfigAnswer DENIED =
      new ConfigAnswer.Refused(ErrorMessage.NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  private static final ConfigAnswer SILENT = new ConfigAnswer.Silent();

  private final ControllerFixture site = new ControllerFixture();

  private ControllerFixture withNetwork() {
    return site.network(ControllerFixture.privateNetwork()).settle();
  }

  @Test
  void aStrangerIsRefusedAndRecorded() {
    withNetwork();

    assertEquals(DENIED, site.ask(ALICE));

    MemberRecord recorded = site.member(ALICE);
    assertEquals(ALICE.publicText(), recorded.identity());
    assertEquals(false, recorded.authorized());
    assertEquals(MemberVersion.UNKNOWN, recorded.version());
    assertEquals(1, recorded.revision());
  }

  @Test
  void aStrangerThatIsTickedHearsOfItAtOnce() {
    withNetwork().ask(ALICE);
    site.pass(60_000).authorize(ALICE);

    site.settle();

    assertEquals(1, site.pushed.size());
    NetworkConfig config = site.pushed.getFirst().config();
    assertEquals(ALICE.address(), config.issuedTo());
    assertEquals(1, config.addresses().size());
    assertEquals(24, config.addresses().getFirst().bits());
    assertEquals(
        List.of(config.addresses().getFirst().address()),
        site.member(ALICE).settings().ipAssignments());
    assertEquals(new MemberVersion(1, 14, 1, 12), site.member(ALICE).version());
  }

  @Test
  void aStrangerThatHasBeenSilentForLongHearsNothing() {
    withNetwork().ask(ALICE);
    site.pass(Controller.ONLINE_MS).authorize(ALICE);

    site.settle();

    assertEquals(List.of(), site.pushed);
  }

  @Test
  void requestsWithinASecondAreNotAnswered() {
    withNetwork().ask(ALICE);

    assertEquals(SILENT, site.pass(1_000).ask(ALICE));
    assertEquals(DENIED, site.ask(BOB));
    assertEquals(DENIED, site.pass(1).ask(ALICE));
    assertEquals(1, site.controller.counters().rateLimited());
  }

  @Test
  void anUnchangedMemberIsAnsweredAtOnce() {
    withNetwork().join(ALICE);

    ConfigAnswer again = site.pass(60_000).ask(ALICE);

    assertInstanceOf(ConfigAnswer.Granted.class, again);
    assertEquals(0, site.store.waiting());
  }

  @Test
  void everythingInAConfigurationIsSignedByTheController() {
    withNetwork().join(ALICE);
    var granted = (ConfigAnswer.Granted) site.pass(60_000).ask(ALICE);

    var credentials = new ArrayList<Credential>(granted.config().ownerships());
    credentials.add(granted.config().com());
    assertEquals(2, credentials.size());
    for (Credential credential : credentials) {
      assertEquals(SignatureStatus.VALID, credential.verify(address -> SELF));
      assertEquals(site.nowMs, credential.timestampMs());
      assertEquals(ALICE.address(), credential.issuedTo());
    }
    assertEquals(granted.config(), NetworkConfig.decode(granted.config().encode()));
  }

  @Test
  void somebodyElseUnderTheSameAddressIsRefused() {
    withNetwork().join(ALICE);

    assertEquals(DENIED, site.pass(2_000).ask(MALLORY));
    assertEquals(0, site.store.waiting());
    assertEquals(ALICE.publicText(), site.member(ALICE).identity());
    assertInstanceOf(ConfigAnswer.Granted.class, site.pass(2_000).ask(ALICE));
  }

  @Test
  void anOperatorMayTickSomebodyWhoHasNotAskedYet() {
    withNetwork().authorize(ALICE);
    site.settle().ask(ALICE);

    site.settle();

    assertEquals(1, site.pushed.size());
    assertEquals(ALICE.publicText(), site.member(ALICE).identity());
  }

  @Test
  void aPublicNetworkTakesEverybody() {
    site.network(ControllerFixture.publicNetwork()).ask(ALICE);

    site.settle();

    assertEquals(1, site.pushed.size());
    assertTrue(site.pushed.getFirst().config().isPublic());
    assertEquals(Authorization.BY_PUBLIC, site.member(ALICE).authorization().credentialType());
    assertEquals(site.nowMs, site.member(ALICE).authorization().authorizedAtMs());
  }

  @Test
  void aTokenLetsInWhileItIsGood() {
    var tokens = Map.of("forever", 0L, "past", site.nowMs, "future", site.nowMs + 1);
    site.network(ControllerFixture.network(true, tokens, List.of(), List.of(), false)).settle();

    assertEquals(DENIED, site.ask(ALICE, ControllerFixture.metaData("a", "token:past")));
    site.pass(2_000);
    assertEquals(DENIED, site.ask(ALICE, ControllerFixture.metaData("a", "token:future")));
    site.pass(2_000);
    assertEquals(DENIED, site.ask(ALICE, ControllerFixture.metaData("a", "forever")));
    site.pass(2_000);
    assertEquals(DENIED, site.ask(ALICE, ControllerFixture.metaData("a", "token:")));
    site.pass(2_000).ask(ALICE, ControllerFixture.metaData("a", "token:forever"));
    site.settle();

    assertEquals(1, site.pushed.size());
    assertEquals(Authorization.BY_TOKEN, site.member(ALICE).authorization().credentialType());
    assertEquals("forever", site.member(ALICE).authorization().credential());
  }

  @Test
  void askersForNothingAreSlowedDownAndForgotten() {
    var notFound = new ConfigAnswer.Refused(ErrorMessage.OBJ_NOT_FOUND, Bytes.EMPTY);

    assertEquals(notFound, site.ask(ALICE));
    assertEquals(SILENT, site.pass(1_000).ask(ALICE));
    assertEquals(notFound, site.pass(1).ask(ALICE));
    assertEquals(2, site.controller.counters().unknownNetwork());
  }

  @Test
  void requestsForOthersNetworksAreNotAnswered() {
    long foreign = ALICE.address() << 24 | 1;

    assertEquals(
        SILENT,
        site.controller.answer(new ConfigRequest(foreign, BOB, Bytes.EMPTY, 0, 0), site.nowMs));
  }

  @Test
  void aMemberWithoutARulesEngineGetsOneThatAccepts() {
    var drop = List.of(Rule.action(Rule.ACTION_DROP));
    var capability = new CapabilityDefinition(5, true, drop);
    var tag = new TagDefinition(7, 9L);
    site.network(
            ControllerFixture.network(true, Map.of(), List.of(tag), List.of(capability), false))
        .settle();
    site.join(ALICE);

    var plain = (ConfigAnswer.Granted) site.pass(2_000).ask(ALICE);
    site.pass(2_000).ask(ALICE, Bytes.EMPTY);
    site.settle();
    NetworkConfig old = site.pushed.getLast().config();

    assertEquals(1, plain.config().tags().size());
    assertEquals(List.of(Rule.action(Rule.ACTION_ACCEPT)), old.rules());
    assertEquals(List.of(), old.tags());
    assertEquals(List.of(), old.capabilities());
  }

  @Test
  void newMembersGetDefaultCapabilitiesAndAllGetDefaultTags() {
    var capability = new CapabilityDefinition(5, true, List.of());
    var other = new CapabilityDefinition(6, false, List.of());
    var tags = List.of(new TagDefinition(7, 9L), new TagDefinition(8, null));
    site.network(
        ControllerFixture.network(false, Map.of(), tags, List.of(capability, other), false));
    site.authorize(BOB);
    site.ask(ALICE);
    site.ask(BOB);

    site.settle();

    assertEquals(List.of(5L), site.member(ALICE).settings().capabilities());
    assertEquals(List.of(), site.member(BOB).settings().capabilities());
    assertEquals(Map.of(7L, 9L), site.member(ALICE).settings().tags());
    assertEquals(Map.of(7L, 9L), site.member(BOB).settings().tags());
  }

  @Test
  void aNetworkThatWantsALoginSaysSo() {
    site.network(ControllerFixture.network(true, Map.of(), List.of(), List.of(), true)).settle();
    site.authorize(ALICE);
    site.settle();

    var refused = assertInstanceOf(ConfigAnswer.Refused.class, site.ask(ALICE));

    assertEquals(ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED, refused.errorCode());
    assertNotEquals(Bytes.EMPTY, refused.dictionary());
  }

  @Test
  void noTwoMembersGetOneAddress() {
    site.network(ControllerFixture.publicNetwork()).settle();
    var seen = new ArrayList<java.net.InetAddress>();
    for (int i = 0; i < 300; i++) {
      Identity member = ControllerFixture.somebody(i);
      site.ask(member);
      site.settle();
      seen.addAll(site.member(member).settings().ipAssignments());
    }

    assertEquals(253, seen.size());
    assertEquals(253, seen.stream().distinct().count());
  }

  @Test
  void strangersBeyondTheLimitAreRefusedUnrecorded() {
    withNetwork();
    for (int i = 0; i < Controller.MAX_UNAUTHORIZED_MEMBERS; i++) {
      site.ask(ControllerFixture.somebody(i));
    }

    assertEquals(DENIED, site.ask(ControllerFixture.somebody(Controller.MAX_UNAUTHORIZED_MEMBERS)));

    assertEquals(Controller.MAX_UNAUTHORIZED_MEMBERS, site.controller.members(NET).size());
    assertEquals(1, site.controller.counters().networkFull());
    site.authorize(BOB);
    assertTrue(site.member(BOB).authorized());
  }

  @Test
  void anOperatorsWordIsNotChangedByOneWhoAsks() {
    withNetwork();
    MemberRecord plain = MemberRecord.unauthorized(NET, ALICE.address(), 5);
    site.controller.put(plain, site.nowMs);
    site.settle().ask(ALICE);

    assertEquals(5, site.member(ALICE).createdMs());
    assertNull(site.member(ALICE).authorization().credentialType());
    assertEquals(2, site.member(ALICE).revision());
  }

  @Test
  void theLargestConfigurationIsWhole() {
    var zeros = Rule.match(Rule.MATCH_IPV6_SOURCE, Bytes.of(new byte[17]));
    var tags = new ArrayList<TagDefinition>();
    var capabilities = new ArrayList<CapabilityDefinition>();
    for (long id = 0; id < 200; id++) {
      tags.add(new TagDefinition(id, 0L));
      capabilities.add(new CapabilityDefinition(id, true, Collections.nCopies(100, zeros)));
    }
    NetworkRecord network = ControllerFixture.network(false, Map.of(), tags, capabilities, false);
    site.network(withRules(network, Collections.nCopies(2_000, zeros))).ask(ALICE);

    site.settle();

    NetworkConfig config = site.pushed.getLast().config();
    assertEquals(NetworkConfig.MAX_TAGS, config.tags().size());
    assertEquals(NetworkConfig.MAX_CAPABILITIES, config.capabilities().size());
    assertEquals(1_024, config.rules().size());
    byte[] dictionary = config.encode();
    assertTrue(dictionary.length < NetworkConfig.CAPACITY_BYTES, "bytes: " + dictionary.length);
    assertEquals(config, NetworkConfig.decode(dictionary));
  }

  private static NetworkRecord withRules(NetworkRecord network, List<Rule> rules) {
    return new NetworkRecord(
        network.id(),
        0,
        network.name(),
        network.isPrivate(),
        network.broadcast(),
        network.multicastLimit(),
        network.mtuBytes(),
        network.assign(),
        network.routes(),
        network.pools(),
        rules,
        network.capabilities(),
        network.tags(),
        "",
        List.of(),
        Map.of(),
        0,
        0,
        false,
        network.credentialWindowMs(),
        "{}");
  }
}
