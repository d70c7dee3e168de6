// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Rules;
import net.backhaul.protocol.network.Sso;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Evaluates rules as the reference did (rules_eval.json). */
class RuleEngineTest {
  private static final JsonNode FILE = Vectors.file("vl2/rules_eval.json");
  private static final JsonNode COMMON = FILE.required("common");
  private static final Map<String, Identity> IDENTITIES = RecordedIdentities.all();
  private static final long NETWORK_ID = Vectors.number(COMMON, "network");
  private static final long ME = Vectors.number(COMMON, "me");
  private static final long PEER = Vectors.number(COMMON, "peer");
  private static final long NOW_MS = COMMON.required("configTimestamp").asLong();

  static Stream<String> cases() {
    return FILE.required("cases").valueStream().map(one -> one.required("id").asText());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void evaluatesRulesAsTheReference(String id) {
    JsonNode vector =
        FILE.required("cases")
            .valueStream()
            .filter(one -> one.required("id").asText().equals(id))
            .findFirst()
            .orElseThrow();
    String title = id + " " + vector.required("title").asText();
    var link = new RecordingLink(self());
    var engine = new RuleEngine(link, new Random(1));
    var policy = new Policy(config(vector), ME);
    FrameView frame = frame(vector);
    frame.begin(new Network(NETWORK_ID, ME, NOW_MS), policy, NOW_MS);
    int result;
    if (vector.required("dir").asText().equals("in")) {
      frame.inbound(Vectors.number(vector, "ztSource"), ME, remote(vector));
      result =
          switch (engine.filterInbound(frame)) {
            case DROP, REDIRECT -> 0;
            case ACCEPT -> 1;
            case SUPER_ACCEPT -> 2;
          };
    } else {
      long to = vector.required("ztDest").isNull() ? 0 : Vectors.number(vector, "ztDest");
      frame.outbound(Vectors.number(vector, "ztSource"), to, to == PEER ? remote(vector) : null);
      boolean noTee = vector.path("noTee").asBoolean();
      result = engine.acceptsOutbound(frame, noTee) ? 1 : 0;
    }

    assertEquals(vector.required("result").asInt(), result, title);
    var wanted = new ArrayList<String>();
    for (JsonNode send : vector.path("sends")) {
      wanted.add(send.required("dest").asText() + " " + send.required("payload").asText());
    }
    var sent = new ArrayList<String>();
    link.sent.forEach(one -> sent.add(Addresses.text(one.to()) + " " + one.payload()));
    assertEquals(wanted, sent, title);
  }

  private static Identity self() {
    return IDENTITIES.values().stream()
        .filter(one -> one.address() == ME)
        .findFirst()
        .orElseThrow();
  }

  private static FrameView frame(JsonNode vector) {
    byte[] bytes = Vectors.bytes(vector.required("frame").asText());
    // Surrounded by bytes that must not be read.
    byte[] padded = new byte[bytes.length + 200];
    new Random(2).nextBytes(padded);
    System.arraycopy(bytes, 0, padded, 100, bytes.length);
    var frame = new FrameView();
    frame.wrap(padded, 100, bytes.length);
    frame.ethernet(
        Vectors.number(vector, "macDest"),
        Vectors.number(vector, "macSource"),
        vector.required("etherType").asInt());
    return frame;
  }

  private static NetworkConfig config(JsonNode vector) {
    byte[] rules = Vectors.bytes(vector.required("rules").asText());
    var addresses = new ArrayList<IpPrefix>();
    vector.path("staticIps").forEach(ip -> addresses.add(IpPrefix.parse(ip.asText())));
    var capabilities = new ArrayList<Capability>();
    vector.path("localCaps").forEach(one -> capabilities.add(capability(one, ME)));
    capabilities.sort((one, other) -> Long.compare(one.id(), other.id()));
    var tags = new ArrayList<Tag>();
    vector.path("localTags").forEach(one -> tags.add(tag(one, ME)));
    var ownerships = new ArrayList<OwnershipCertificate>();
    for (JsonNode one : vector.path("localCoos")) {
      ownerships.add(ownership(one, ownerships.size(), ME));
    }
    return new NetworkConfig(
        NETWORK_ID,
        NOW_MS,
        COMMON.required("credentialTimeMaxDelta").asLong(),
        1,
        ME,
        0,
        0,
        vector.path("flags").asLong(),
        32,
        false,
        "",
        2_800,
        null,
        capabilities,
        tags,
        ownerships,
        List.of(),
        List.of(),
        addresses,
        Rules.read(rules, Rules.MAX_BASE_RULES),
        "",
        List.of(),
        Sso.NONE);
  }

  private static Member remote(JsonNode vector) {
    var member = new Member(PEER, NOW_MS);
    vector.path("remoteCaps").forEach(one -> member.record(capability(one, PEER)));
    vector.path("remoteTags").forEach(one -> member.record(tag(one, PEER)));
    int id = 0;
    for (JsonNode one : vector.path("remoteCoos")) {
      member.record(ownership(one, id++, PEER));
    }
    return member;
  }

  private static long timestamp(JsonNode credential) {
    return credential.path("ts").asLong(NOW_MS);
  }

  private static Capability capability(JsonNode one, long holder) {
    List<Rule> rules =
        Rules.read(Vectors.bytes(one.required("rules").asText()), Capability.MAX_RULES);
    var custody = new Capability.Custody(holder, NETWORK_ID >>> 24, Bytes.EMPTY);
    return new Capability(
        NETWORK_ID, timestamp(one), one.required("id").asLong(), rules, 1, List.of(custody));
  }

  private static Tag tag(JsonNode one, long holder) {
    return new Tag(
        NETWORK_ID,
        timestamp(one),
        one.required("id").asLong(),
        one.required("value").asLong(),
        holder,
        NETWORK_ID >>> 24,
        Bytes.EMPTY);
  }

  private static OwnershipCertificate ownership(JsonNode one, int id, long holder) {
    var things = new ArrayList<OwnershipCertificate.OwnedAddress>();
    for (JsonNode thing : one.required("things")) {
      things.add(thing(thing.asText()));
    }
    return new OwnershipCertificate(
        NETWORK_ID, timestamp(one), 0, id, things, holder, NETWORK_ID >>> 24, Bytes.EMPTY);
  }

  private static OwnershipCertificate.OwnedAddress thing(String text) {
    if (text.length() == 17 && text.charAt(2) == ':') {
      return OwnershipCertificate.OwnedAddress.ofMac(Macs.parse(text));
    }
    return OwnershipCertificate.OwnedAddress.of(IpPrefix.parse(text).address());
  }
}
