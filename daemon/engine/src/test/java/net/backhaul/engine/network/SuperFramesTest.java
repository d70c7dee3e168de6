// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A super-frame is sent as its segments would be, had the device sent them one by one. */
class SuperFramesTest {
  private static final long BEHIND_MAC = 0x06_00_00_00_00_07L;
  private static final long GROUP_MAC = 0x01_00_5e_00_00_07L;
  private static final int ETHERNET_BYTES = 14;
  private static final int HEADERS_BYTES = 40;
  private static final int FRAME_HEADER_BYTES = 10;

  /** The destination of the super-frame, and the rules. */
  enum Case {
    TO_MEMBER,
    TO_MEMBER_FROM_BEHIND_US,
    TO_GROUP,
    TO_BEHIND_A_BRIDGE,
    RULES_FOR_FLOWS,
    RULES_THAT_FORBID,
    RULES_FOR_SIZES,
    RULES_THAT_COPY
  }

  private final JoinedNetwork network = new JoinedNetwork(new RecordingOutput());
  private final RecordingLink link = network.link;

  private static Rule rule(int type, WireWriter fields) {
    return new Rule(type, false, false, Bytes.of(fields.toByteArray()));
  }

  private static List<Rule> rules(Case of) {
    Rule accept = Rule.action(Rule.ACTION_ACCEPT);
    Rule drop = Rule.action(Rule.ACTION_DROP);
    Rule toPort = rule(Rule.MATCH_IP_DEST_PORT_RANGE, new WireWriter().u16(443).u16(443));
    return switch (of) {
      case RULES_FOR_FLOWS -> List.of(toPort, accept, drop);
      case RULES_THAT_FORBID -> List.of(toPort, drop, accept);
      // Only the last segment is that short.
      case RULES_FOR_SIZES ->
          List.of(
              rule(Rule.MATCH_FRAME_SIZE_RANGE, new WireWriter().u16(0).u16(700)), drop, accept);
      case RULES_THAT_COPY ->
          List.of(
              rule(
                  Rule.ACTION_TEE,
                  new WireWriter().u64(JoinedNetwork.CONTROLLER.address()).u32(0).u16(64)),
              accept);
      default -> List.of(accept);
    };
  }

  private void join(Case of) {
    network.controller.rules = rules(of);
    // Specialists are written as addresses with the flag of active bridges.
    for (Identity bridge : List.of(JoinedNetwork.ALICE, JoinedNetwork.BOB)) {
      network.controller.specialists.add(bridge.address() | NetworkConfig.ACTIVE_BRIDGE);
    }
    network.join();
    byte[] first =
        JoinedNetwork.frame(JoinedNetwork.BOBS_MAC, JoinedNetwork.ALICES_MAC, new byte[60]);
    network.send(first);
    link.sent.clear();
  }

  private static byte[] superFrame(Case of) {
    byte[] packet = new byte[HEADERS_BYTES + 20_000];
    new Random(7).nextBytes(packet);
    var headers =
        new WireWriter()
            .u8(0x45)
            .u8(0)
            .u16(packet.length)
            .u16(0xfffa)
            .u16(0x4000)
            .u8(64)
            .u8(6)
            .u16(0)
            .u32(0x0a010001L)
            .u32(0x0a010002L)
            .u16(50_000)
            .u16(443)
            .u32(0xffff_ff00L)
            .u32(7)
            .u16(0x5018)
            .u16(500)
            .u32(0);
    System.arraycopy(headers.toByteArray(), 0, packet, 0, HEADERS_BYTES);
    long to =
        switch (of) {
          case TO_GROUP -> GROUP_MAC;
          case TO_BEHIND_A_BRIDGE -> BEHIND_MAC;
          default -> JoinedNetwork.BOBS_MAC;
        };
    long from = of == Case.TO_MEMBER_FROM_BEHIND_US ? BEHIND_MAC : JoinedNetwork.ALICES_MAC;
    return JoinedNetwork.frame(to, from, packet);
  }

  private static OffloadHeader offload() {
    var offload = new OffloadHeader();
    offload.set(
        OffloadHeader.NEEDS_CHECKSUM,
        OffloadHeader.GSO_TCP4,
        0,
        JoinedNetwork.MTU_BYTES - HEADERS_BYTES,
        ETHERNET_BYTES + 20,
        16);
    return offload;
  }

  private void sendOffloaded(OffloadHeader offload, byte[] frame) {
    var batch = new FrameBatch(80_000);
    offload.write(batch.bytes(), batch.nextStart() - OffloadHeader.BYTES);
    System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
    batch.addOffloaded(frame.length);
    network.networks.sendFrames(JoinedNetwork.ID, batch, JoinedNetwork.NOW_MS);
  }

  /** Returns the segments as frames, for packets of a maximum length. */
  private static List<byte[]> segments(byte[] superFrame, int maxPacketBytes) {
    var segmenter = new Segmenter();
    assertEquals(
        Segmenter.Kind.TCP,
        segmenter.begin(offload(), superFrame, 0, superFrame.length, maxPacketBytes));
    var segments = new ArrayList<byte[]>();
    byte[] segment = new byte[ETHERNET_BYTES + JoinedNetwork.MTU_BYTES];
    System.arraycopy(superFrame, 0, segment, 0, ETHERNET_BYTES);
    while (segmenter.hasNext()) {
      int length = segmenter.next(segment, ETHERNET_BYTES);
      segments.add(Arrays.copyOf(segment, ETHERNET_BYTES + length));
    }
    return segments;
  }

  /** Returns a short description of each sent packet. */
  private List<String> sent() {
    return link.sent.stream()
        .map(
            one ->
                String.format(
                    "%010x %s %d bytes %s",
                    one.to(), one.verb(), one.payload().length() / 2, one.payload().hashCode()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource(Case.class)
  void sendsASuperFrameAsItsSegments(Case of) {
    join(of);
    byte[] superFrame = superFrame(of);
    segments(superFrame, JoinedNetwork.MTU_BYTES).forEach(network::send); // Credentials, once.
    link.sent.clear();
    segments(superFrame, JoinedNetwork.MTU_BYTES).forEach(network::send);
    List<String> wanted = sent();
    link.sent.clear();

    sendOffloaded(offload(), superFrame);

    assertEquals(wanted, sent());
    assertEquals(of == Case.RULES_THAT_FORBID, wanted.isEmpty());
  }

  @Test
  void keepsTheSegmentsOfTheHost() {
    join(Case.TO_MEMBER);

    sendOffloaded(offload(), superFrame(Case.TO_MEMBER));

    for (RecordingLink.Sent sent : link.sent.subList(0, link.sent.size() - 1)) {
      assertEquals(Verb.FRAME, sent.verb());
      assertEquals(FRAME_HEADER_BYTES + JoinedNetwork.MTU_BYTES, sent.payload().length() / 2);
    }
  }

  @Test
  void completesAPartialChecksum() {
    join(Case.TO_MEMBER);
    byte[] whole = segments(superFrame(Case.TO_MEMBER), 1_000).getFirst();
    network.send(whole.clone());
    RecordingLink.Sent wanted = link.sent.getLast();
    var offload = new OffloadHeader();
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_NONE, 0, 0, 34, 16);
    byte[] unfinished = whole.clone();
    // The sum of the pseudo header: both addresses, the protocol, the length.
    int sum = 0x0a01 + 0x0001 + 0x0a01 + 0x0002 + 6 + (whole.length - 34);
    unfinished[50] = (byte) (sum >> 8);
    unfinished[51] = (byte) sum;

    sendOffloaded(offload, unfinished);

    assertEquals(2, link.sent.size());
    assertEquals(wanted, link.sent.getLast());
  }

  @Test
  void dropsFramesWithAnInvalidOffloadHeader() {
    join(Case.TO_MEMBER);
    byte[] superFrame = superFrame(Case.TO_MEMBER);
    var offload = new OffloadHeader();
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_TCP6, 0, 1_000, 34, 16);
    sendOffloaded(offload, superFrame);
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_TCP4, 0, 0, 34, 16);
    sendOffloaded(offload, superFrame);
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_NONE, 0, 0, 60_000, 16);
    sendOffloaded(offload, superFrame);

    assertEquals(List.of(), link.sent);
    assertEquals(3, link.drops.get(Drop.BAD_OFFLOAD));
  }

  @Test
  void dropsSuperFramesWithSegmentsOverTheMtu() {
    join(Case.TO_GROUP);
    var offload = new OffloadHeader();
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_UDP_DATAGRAMS, 0, 5_000, 34, 6);
    byte[] datagrams = superFrame(Case.TO_GROUP);
    datagrams[23] = 17;
    int udpBytes = datagrams.length - 34;
    datagrams[38] = (byte) (udpBytes >> 8);
    datagrams[39] = (byte) udpBytes;

    sendOffloaded(offload, datagrams);

    assertEquals(List.of(), link.sent);
    assertEquals(1, link.drops.get(Drop.FRAME_TOO_LONG));
    assertFalse(link.drops.containsKey(Drop.BAD_OFFLOAD));
    assertTrue(link.drops.size() == 1);
  }
}
