// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICE;
import static net.backhaul.engine.network.JoinedNetwork.ALICES_MAC;
import static net.backhaul.engine.network.JoinedNetwork.BOB;
import static net.backhaul.engine.network.JoinedNetwork.BOBS_MAC;
import static net.backhaul.engine.network.JoinedNetwork.CONTROLLER;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

/** The records that a node sends where the configuration of a network wants them. */
class TraceRecordsTest {
  private static final long TARGET = 0x1122334455L;
  private static final long NETWORK_ID = JoinedNetwork.ID;

  private final JoinedNetwork network = new JoinedNetwork(new RecordingOutput());

  private void join(long target, long level) {
    network.controller.traceTarget = target;
    network.controller.traceLevel = level;
    network.controller.rules = List.of(Rule.action(Rule.ACTION_DROP));
    network.join();
  }

  private void sendDroppedFrame() {
    network.send(JoinedNetwork.frame(BOBS_MAC, ALICES_MAC, new byte[31]));
  }

  private List<String> records() {
    return network.link.sent.stream()
        .filter(packet -> packet.verb() == Verb.REMOTE_TRACE)
        .peek(packet -> assertEquals(TARGET, packet.to()))
        .map(packet -> HexFormat.of().parseHex(packet.payload()))
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .toList();
  }

  /** Compares the keys and their order with those of recorded records. */
  private static void assertKeysAsRecorded(String record) {
    String reason = record.substring(record.indexOf("reason="), record.length() - 1);
    for (JsonNode recorded : Vectors.file("vl2/remote_trace.json").required("records")) {
      String text = recorded.required("record").asText();
      if (text.endsWith("\n" + reason)) {
        assertEquals(keys(text), keys(record));
        return;
      }
    }
    throw new AssertionError("no recorded record has " + reason);
  }

  private static List<String> keys(String record) {
    return record.lines().map(line -> line.substring(0, line.indexOf('='))).toList();
  }

  private static String hex(long value) {
    return HexFormat.of().toHexDigits(value);
  }

  private static String frameRecord(long source, long destination, int length, String reason) {
    return String.join(
        "\n",
        "event=2000",
        "networkId=" + hex(NETWORK_ID),
        "sourceMac=" + hex(source),
        "destMac=" + hex(destination),
        "etherType=0000000000000800",
        "vlanId=0000000000000000",
        "frameLength=" + hex(length),
        "reason=" + reason + "\0");
  }

  @Test
  void recordsOutboundFramesThatRulesDrop() {
    join(TARGET, TraceRecords.FRAME_LEVEL);
    sendDroppedFrame();

    assertEquals(List.of(frameRecord(ALICES_MAC, BOBS_MAC, 31, "filter blocked")), records());
    assertEquals(Map.of(Drop.BLOCKED_BY_RULES_OUTBOUND, 1), network.link.drops);
    assertKeysAsRecorded(records().getFirst());
  }

  @Test
  void recordsFramesOfDevicesBehindANodeThatIsNoBridge() {
    join(TARGET, 30);
    network.send(JoinedNetwork.frame(BOBS_MAC, 0x0211_2233_4456L, new byte[50]));

    assertEquals(List.of(frameRecord(0x0211_2233_4456L, BOBS_MAC, 50, "not a bridge")), records());
  }

  @Test
  void recordsNothingThatTheConfigurationDoesNotWant() {
    join(TARGET, TraceRecords.FRAME_LEVEL - 1);
    sendDroppedFrame();
    assertEquals(List.of(), records());

    join(0, 30);
    sendDroppedFrame();
    assertEquals(List.of(), records());

    join(ALICE.address(), 30);
    sendDroppedFrame();
    assertEquals(List.of(), records());
  }

  @Test
  void recordsNoInboundFrames() {
    join(TARGET, 30);
    byte[] frame = new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[60]).toByteArray();
    network.receive(Verb.FRAME, frame);

    assertEquals(Map.of(Drop.BLOCKED_BY_RULES_INBOUND, 1), network.link.drops);
    assertEquals(List.of(), records());
  }

  @Test
  void recordsRejectedCredentialsAtEachLevel() {
    join(TARGET, 0);
    long laterMs = NOW_MS + 1;
    MembershipCertificate com =
        MembershipCertificate.issue(CONTROLLER, NETWORK_ID, laterMs, TestController.WINDOW_MS, BOB);
    accept(Revocation.ofMembership(CONTROLLER, 1, NETWORK_ID, laterMs, BOB.address()));
    assertEquals(List.of(), records());
    accept(com);
    MembershipCertificate forged =
        MembershipCertificate.issue(BOB, NETWORK_ID, laterMs + 1, TestController.WINDOW_MS, BOB);
    accept(forged);

    assertEquals(
        List.of(credentialRecord(com, "revoked"), credentialRecord(forged, "invalid signature")),
        records());
    assertKeysAsRecorded(records().getFirst());
  }

  private void accept(Credential credential) {
    network.networks.credentials.accept(credential, BOB.address(), NOW_MS + 10);
  }

  private static String credentialRecord(Credential credential, String reason) {
    return String.join(
        "\n",
        "event=2003",
        "networkId=" + hex(NETWORK_ID),
        "credType=0000000000000001",
        "credId=0000000000000000",
        "credTs=" + hex(credential.timestampMs()),
        "credIssuedTo=" + hex(BOB.address()),
        "reason=" + reason + "\0");
  }

  @Test
  void boundsRecordsOfASecond() {
    join(TARGET, 30);
    byte[][] frames = new byte[100][];
    Arrays.fill(frames, JoinedNetwork.frame(BOBS_MAC, ALICES_MAC, new byte[31]));
    network.networks.sendFrames(NETWORK_ID, JoinedNetwork.batch(frames), NOW_MS);
    assertEquals(TraceRecords.MAX_PER_SECOND, records().size());
    assertEquals(100 - TraceRecords.MAX_PER_SECOND, network.link.drops.get(Drop.RATE_LIMITED));

    network.networks.sendFrames(NETWORK_ID, JoinedNetwork.batch(frames), NOW_MS + 999);
    assertEquals(TraceRecords.MAX_PER_SECOND, records().size());
    network.networks.sendFrames(NETWORK_ID, JoinedNetwork.batch(frames), NOW_MS + 1_000);
    assertEquals(2 * TraceRecords.MAX_PER_SECOND, records().size());
  }
}
