// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.MadeFrame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left of a super-frame at the other node: the frames that its kernel would have sent. */
class ArrivingSegmentsTest {
  private static final long BEHIND_ALICE = 0x06_00_00_00_00_07L;
  private static final long BEHIND_BOB = 0x06_00_00_00_00_09L;
  private static final int ACK_PSH_FIN_CWR = 0x99;

  private final RecordingOutput output = new RecordingOutput();
  private final JoinedNetwork alice = new JoinedNetwork(new RecordingOutput());
  private final JoinedNetwork bob = JoinedNetwork.ofBob(output);

  private void join(List<Rule> rules) {
    for (JoinedNetwork each : List.of(alice, bob)) {
      each.controller.rules = rules;
      for (Identity bridge : List.of(JoinedNetwork.ALICE, JoinedNetwork.BOB)) {
        each.controller.specialists.add(bridge.address() | NetworkConfig.ACTIVE_BRIDGE);
        each.link.known.put(bridge.address(), bridge);
      }
      each.join();
    }
  }

  private static MadeFrame superFrame(boolean v6, boolean tcp, String tags) {
    var made = new MadeFrame();
    made.ofFamily(v6);
    made.tcp = tcp;
    made.tag = HexFormat.of().parseHex(tags);
    made.trafficClass = 0xb8;
    made.ipId = 0xfffe;
    made.sequence = -100;
    made.flags = ACK_PSH_FIN_CWR;
    made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    return made;
  }

  private void send(MadeFrame made) {
    byte[] header = made.offloadHeader();
    byte[] frame = made.frame();
    var batch = new FrameBatch(80_000);
    int start = batch.nextStart();
    System.arraycopy(header, 0, batch.bytes(), start - OffloadHeader.BYTES, header.length);
    System.arraycopy(frame, 0, batch.bytes(), start, frame.length);
    batch.addOffloaded(frame.length);
    alice.networks.sendFrames(JoinedNetwork.ID, batch, JoinedNetwork.NOW_MS);
  }

  /** Asserts that the frames of a super-frame arrive, byte for byte and in their order. */
  private void assertArrives(MadeFrame made, long to, long from) {
    made.macs = new WireWriter().mac(to).mac(from).toByteArray();
    output.clear();
    alice.link.sent.clear();

    send(made);
    for (RecordingLink.Sent each : alice.link.sent) {
      if (each.to() == JoinedNetwork.BOB.address()) {
        bob.receive(each.verb(), HexFormat.of().parseHex(each.payload()));
      }
    }

    List<byte[]> packets = made.packets(JoinedNetwork.MTU_BYTES);
    String where = HexFormat.of().formatHex(made.macs) + " " + bob.link.drops;
    assertEquals(packets.size(), output.frames.size(), where);
    for (int i = 0; i < packets.size(); i++) {
      byte[] frame = HexFormat.of().parseHex(output.frames.get(i));
      assertArrayEquals(made.ethernet(packets.get(i)), frame, where + ", frame " + i);
    }
    assertEquals(Map.of(), alice.link.drops, where);
    assertEquals(Map.of(), bob.link.drops, where);
  }

  private void assertArrives(boolean v6, boolean tcp, String tags) {
    int[][] sizes =
        tcp
            ? new int[][] {{9_001, 1_000}, {50_000, 2_700}, {20_000, 2_760}}
            : new int[][] {{9_000, 1_000}, {9_001, 999}, {60, 1}, {50_001, 2_701}};
    for (int[] size : sizes) {
      MadeFrame made = superFrame(v6, tcp, tags);
      made.payload = new byte[size[0]];
      new Random(size[0]).nextBytes(made.payload);
      made.gsoBytes = size[1];
      assertArrives(made, JoinedNetwork.BOBS_MAC, JoinedNetwork.ALICES_MAC);
      assertArrives(made, JoinedNetwork.BOBS_MAC, BEHIND_ALICE);
      assertArrives(made, BEHIND_BOB, JoinedNetwork.ALICES_MAC);
    }
  }

  /** The tags, the version of IP and the protocol; sizes of datagrams are odd, too. */
  @ParameterizedTest
  @CsvSource({
    "'', false, true",
    "'', true, true",
    "'', false, false",
    "'', true, false",
    "81000005, false, true",
    "81000005, true, true",
    "81000005, false, false",
    "81000005, true, false",
    "88a8000681000005, false, true",
    "88a8000681000005, true, true",
    "88a8000681000005, false, false",
    "88a8000681000005, true, false"
  })
  void arrivesAsTheFramesOfAKernel(String tags, boolean v6, boolean tcp) {
    join(List.of(Rule.action(Rule.ACTION_ACCEPT)));

    assertArrives(v6, tcp, tags);
  }

  /** With a copy to the controller, each segment is evaluated and sent alone. */
  @ParameterizedTest
  @CsvSource({
    "'', true, true",
    "'', false, false",
    "81000005, false, true",
    "88a8000681000005, true, false"
  })
  void arrivesAlikeWhenSentOneByOne(String tags, boolean v6, boolean tcp) {
    byte[] copy =
        new WireWriter().u64(JoinedNetwork.CONTROLLER.address()).u32(0).u16(64).toByteArray();
    join(
        List.of(
            new Rule(Rule.ACTION_TEE, false, false, Bytes.of(copy)),
            Rule.action(Rule.ACTION_ACCEPT)));

    assertArrives(v6, tcp, tags);
  }
}
