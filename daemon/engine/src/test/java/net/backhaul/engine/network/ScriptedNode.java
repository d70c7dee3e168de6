// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.testing.Vectors;

/** The node under test of a script of node_scripts.json, and the steps of a script. */
final class ScriptedNode {
  private static final Pattern BLOB = Pattern.compile("<(b\\d+)>");

  private final Map<String, Identity> identities;
  private final JsonNode blobs;
  private final RecordingOutput output = new RecordingOutput();
  private final RecordingLink link;
  private final Networks networks;
  private final long networkId;
  private final Set<Long> expectedReplies = new HashSet<>();
  private final List<MulticastGroup> subscriptions = new ArrayList<>();
  private long nowMs;

  ScriptedNode(JsonNode script, JsonNode blobs, Map<String, Identity> identities) {
    this.identities = identities;
    this.blobs = blobs;
    String me = script.required("me").asText();
    Identity self =
        identities.values().stream()
            .filter(one -> Addresses.text(one.address()).equals(me))
            .findFirst()
            .orElseThrow();
    nowMs = script.required("startTime").asLong();
    networkId = Vectors.number(script, "network");
    link = new RecordingLink(self);
    script.required("knownIdentities").forEach(name -> addIdentity(name.asText()));
    addIdentity("root");
    link.upstreams.add(identities.get("root").address());
    networks = new Networks(new NodeContext(link, output, new Random(1)), null, Map.of(), nowMs);
    networks.join(networkId, nowMs);
    if (script.has("configDict")) {
      NetworkConfig config = NetworkConfig.decode(hex(script.required("configDict").asText()));
      networks.exchange.apply(network(), config, false, nowMs);
    }
    resetAnnouncements();
    clear();
  }

  private Network network() {
    return networks.networks.get(networkId);
  }

  private void addIdentity(String name) {
    Identity identity = identities.get(name);
    link.known.put(identity.address(), identity);
  }

  private void clear() {
    link.sent.clear();
    output.clear();
  }

  /** This node announces groups with the configuration, the reference up to 5 s later. */
  private void resetAnnouncements() {
    network().lastAnnouncedMs = Member.NEVER;
  }

  private byte[] hex(String text) {
    String whole = BLOB.matcher(text).replaceAll(blob -> blobs.required(blob.group(1)).asText());
    return Vectors.bytes(whole);
  }

  /** Executes one step and checks its effects. */
  void step(JsonNode step, String where) {
    clear();
    JsonNode expect = step.required("expect");
    NetworkStatus.State before = network().status().state();
    switch (step.required("op").asText()) {
      case "packet" -> packet(step, expect, where);
      case "tapout" -> tapOut(step);
      case "cred" -> credential(step, expect, where);
      case "config" -> config(step, expect, where);
      case "request" -> networks.exchange.request(network(), nowMs);
      case "advance" -> nowMs += step.required("ms").asLong();
      case "gate" -> {
        Identity peer = identities.get(step.required("peer").asText());
        InboundPacket packet = link.packet(peer, 1, Verb.FRAME, new byte[0], nowMs);
        boolean allowed = networks.membership.isMember(network(), packet);
        assertEquals(expect.required("allowed").asBoolean(), allowed, where);
      }
      case "subscribe" -> {
        subscriptions.add(group(step));
        networks.subscribe(networkId, subscriptions, nowMs);
      }
      case "unsubscribe" -> {
        subscriptions.remove(group(step));
        networks.subscribe(networkId, subscriptions, nowMs);
      }
      case "updates" -> networks.announcer.announceToDue(network(), nowMs);
      case "mcclean" -> networks.groups.expire(nowMs);
      case "members" -> members(step, expect, where);
      case "memberState" -> memberState(step, expect, where);
      case "bridgeRoute" -> {
        long via = network().bridgeRoutes.bridgeTo(Vectors.number(step, "mac"));
        assertEquals(expect.required("via").asText(), Addresses.text(via), where);
      }
      case "known" -> addIdentity(step.required("peer").asText());
      case "netconf" -> ConfigFields.check(expect, network().policy.config, where);
      default -> throw new AssertionError("unknown step in " + where);
    }
    checkCommon(expect, before, where);
  }

  private void packet(JsonNode step, JsonNode expect, String where) {
    byte[] payload = hex(step.required("payload").asText());
    long packetId = Vectors.number(expect, "packetId");
    if (step.has("registerExpectedReply")) {
      expectedReplies.add(
          HexFormat.fromHexDigitsToLong(step.get("registerExpectedReply").asText()));
    }
    Identity source = identities.get(step.required("from").asText());
    int verb = step.required("verb").asInt();
    InboundPacket packet = InboundPackets.of(link::reply, source, packetId, verb, payload, nowMs);
    PacketOutcome handled;
    try {
      handled = receive(packet);
    } catch (WireException malformed) {
      handled = PacketOutcome.IGNORED;
    }
    assertEquals(expect.required("done").asBoolean(), handled != PacketOutcome.PENDING, where);
  }

  private PacketOutcome receive(InboundPacket packet) {
    if (packet.verbNumber() == Verb.ERROR.number()) {
      return networks.receiveError(packet, ErrorMessage.read(packet.payload()));
    }
    if (packet.verbNumber() == Verb.OK.number()) {
      return expectedReplies.contains(packet.inRePacketId())
          ? networks.receiveOk(packet, Verb.of(packet.inReVerbNumber()))
          : PacketOutcome.IGNORED;
    }
    return networks.receive(packet, Verb.of(packet.verbNumber()));
  }

  private void tapOut(JsonNode step) {
    String etherType = HexFormat.of().toHexDigits((short) step.required("etherType").asInt());
    byte[] frame =
        hex(
            step.required("to").asText()
                + step.required("from").asText()
                + etherType
                + step.required("frame").asText());
    var batch = new FrameBatch(20_000);
    System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
    batch.add(frame.length);
    networks.sendFrames(networkId, batch, nowMs);
  }

  private void credential(JsonNode step, JsonNode expect, String where) {
    byte[] bytes = hex(step.required("hex").asText());
    var in = new WireReader(bytes, 0, bytes.length);
    Credential credential =
        switch (step.required("kind").asText()) {
          case "com" -> MembershipCertificate.read(in);
          case "tag" -> Tag.read(in);
          case "cap" -> Capability.read(in);
          case "coo" -> OwnershipCertificate.read(in);
          default -> Revocation.read(in);
        };
    String from = step.has("from") ? step.get("from").asText() : "controller";
    CredentialExchange.CredentialOutcome acceptance =
        networks.credentials.accept(credential, identities.get(from).address(), nowMs);
    String result =
        switch (acceptance) {
          case NEW -> "ACCEPTED_NEW";
          case REDUNDANT -> "ACCEPTED_REDUNDANT";
          case REJECTED, FORGED -> "REJECTED";
          case DEFERRED -> "DEFERRED_FOR_WHOIS";
        };
    assertEquals(expect.required("result").asText(), result, where);
  }

  private void config(JsonNode step, JsonNode expect, String where) {
    NetworkConfig config = NetworkConfig.decode(hex(step.required("configDict").asText()));
    boolean save = step.path("save").asBoolean();
    ConfigExchange.ConfigOutcome applied = networks.exchange.apply(network(), config, save, nowMs);
    assertEquals(expect.required("result").asInt(), applied.ordinal(), where);
  }

  private static MulticastGroup group(JsonNode step) {
    return new MulticastGroup(Vectors.number(step, "mac"), (int) Vectors.number(step, "adi"));
  }

  private void members(JsonNode step, JsonNode expect, String where) {
    MulticastGroups.Group known = networks.groups.get(networkId, group(step));
    var listed = new ArrayList<String>();
    if (known != null) {
      var random = new Random(1);
      for (int i = 0; i < known.memberCount(); i++) {
        listed.add(Addresses.text(known.drawMember(i, random)));
      }
    }
    listed.sort(null);
    var wanted = new ArrayList<String>();
    expect.path("members").forEach(member -> wanted.add(member.asText()));
    wanted.sort(null);
    assertEquals(wanted, listed, where);
  }

  private void memberState(JsonNode step, JsonNode expect, String where) {
    long address = identities.get(step.required("peer").asText()).address();
    Member member = network().members.get(address);
    if (expect.has("none") || member == null) {
      // Members are created later than by the reference: empty ones equal none.
      assertEquals(0, expect.path("comTimestamp").asLong(), where);
      assertEquals(true, member == null || member.hasNoCredentials(), where);
      return;
    }
    assertEquals(expect.required("comTimestamp").asLong(), member.comTimestampMs(), where);
    assertEquals(expect.required("comRevocationThreshold").asLong(), member.comRevokedMs(), where);
    assertEquals(expect.required("tags").asInt(), member.tagCount(), where);
    assertEquals(expect.required("caps").asInt(), member.capabilityCount(), where);
    assertEquals(expect.required("coos").asInt(), member.ownershipCount(), where);
    if (step.has("tag")) {
      long usable = member.usableTag(step.get("tag").asLong(), network().policy);
      long wanted = expect.get("tagUsable").isNull() ? -1 : expect.get("tagUsable").asLong();
      assertEquals(wanted, usable, where);
    }
  }

  private void checkCommon(JsonNode expect, NetworkStatus.State before, String where) {
    boolean configured = expect.has("portEvents");
    if (configured && output.changes.stream().anyMatch(one -> one.config() != null)) {
      link.sent.removeIf(sent -> sent.verb() == Verb.MULTICAST_LIKE);
      resetAnnouncements();
    }
    checkSends(expect, where);
    var tap = new ArrayList<String>();
    for (JsonNode frame : expect.path("tap")) {
      tap.add(
          frame.required("dest").asText().replace(":", "")
              + frame.required("source").asText().replace(":", "")
              + HexFormat.of().toHexDigits((short) frame.required("etherType").asInt())
              + HexFormat.of().formatHex(hex(frame.required("frame").asText())));
    }
    assertEquals(tap, output.frames, where);
    checkStates(expect, before, where);
    if (expect.has("saved")) {
      byte[] saved = output.saved.get(new StateKey(StateKey.Kind.NETWORK, networkId));
      assertEquals(
          HexFormat.of().formatHex(hex(expect.get("saved").asText())),
          saved == null ? null : HexFormat.of().formatHex(saved),
          where);
    }
    if (expect.has("status")) {
      assertEquals(expect.get("status").asText(), network().status().state().name(), where);
    }
  }

  /** The order between different destinations is not compared. */
  private void checkSends(JsonNode expect, String where) {
    var wanted = new TreeMap<String, List<String>>();
    for (JsonNode send : expect.path("sends")) {
      wanted
          .computeIfAbsent(send.required("dest").asText(), dest -> new ArrayList<>())
          .add(
              Verb.of(send.required("verb").asInt())
                  + " "
                  + HexFormat.of().formatHex(hex(send.required("payload").asText())));
    }
    var sent = new TreeMap<String, List<String>>();
    for (RecordingLink.Sent one : link.sent) {
      sent.computeIfAbsent(Addresses.text(one.to()), dest -> new ArrayList<>())
          .add(one.verb() + " " + one.payload());
    }
    assertEquals(wanted, sent, where);
  }

  /** The reference reports unchanged states, too; this node does not. */
  private void checkStates(JsonNode expect, NetworkStatus.State before, String where) {
    var wanted = new ArrayList<String>();
    expect.path("portEvents").forEach(event -> wanted.add(event.required("status").asText()));
    List<String> reported = output.changes.stream().map(change -> change.state().name()).toList();
    boolean unchanged =
        reported.isEmpty() && wanted.stream().allMatch(state -> state.equals(before.name()));
    if (!unchanged) {
      assertEquals(wanted, reported, where);
    }
  }
}
