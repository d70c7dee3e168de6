// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICE;
import static net.backhaul.engine.network.JoinedNetwork.BOB;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The path of frames allocates nothing. */
@Tag("alone")
class FramePathAllocationTest {
  private static final long NETWORK_ID = JoinedNetwork.ID;
  private static final int ROUNDS = 20_000;

  private final CountingOutput output = new CountingOutput();
  private final JoinedNetwork network = new JoinedNetwork(output);
  private final RecordingLink link = network.link;
  private final Networks networks = network.networks;

  private static final class CountingOutput extends OutputAdapter {
    int delivered;

    @Override
    public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
      delivered++;
    }
  }

  private void join(List<Rule> rules) {
    network.controller.rules = rules;
    network.join();
    link.recording = false;
  }

  private static List<Rule> busyRules() {
    var rules = new ArrayList<Rule>();
    Bytes arp = Bytes.of(new WireWriter().u16(0x0806).toByteArray());
    rules.add(new Rule(Rule.MATCH_ETHERTYPE, false, false, arp));
    rules.add(Rule.action(Rule.ACTION_DROP));
    Bytes ports = Bytes.of(new WireWriter().u16(1).u16(79).toByteArray());
    rules.add(new Rule(Rule.MATCH_IP_DEST_PORT_RANGE, false, false, ports));
    rules.add(Rule.action(Rule.ACTION_DROP));
    Bytes authentic = Bytes.of(new WireWriter().u64(0x1800_0000_0000_0000L).toByteArray());
    rules.add(new Rule(Rule.MATCH_CHARACTERISTICS, false, false, authentic));
    rules.add(Rule.action(Rule.ACTION_DROP));
    rules.add(Rule.action(Rule.ACTION_ACCEPT));
    return rules;
  }

  private static byte[] tcp() {
    byte[] ip = new byte[1_400];
    ip[0] = 0x45;
    ip[9] = 6;
    ip[22] = 1;
    ip[23] = (byte) 0xbb;
    return ip;
  }

  private long allocatedBySending() {
    var batch = new FrameBatch(4_000);
    byte[] frame =
        new WireWriter()
            .mac(Macs.of(BOB.address(), NETWORK_ID))
            .mac(Macs.of(ALICE.address(), NETWORK_ID))
            .u16(0x0800)
            .bytes(tcp())
            .toByteArray();
    return allocated(
        () -> {
          batch.clear();
          System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
          batch.add(frame.length);
          networks.sendFrames(NETWORK_ID, batch, NOW_MS);
        });
  }

  /** Sends super-frames of twenty segments each. */
  private long allocatedBySuperFrames() {
    byte[] packet = new byte[40 + 20 * 1_342];
    byte[] headers =
        new WireWriter()
            .u32(0x4500_0000L | packet.length)
            .u32(0x0001_4000L)
            .u32(0x4006_0000L)
            .u32(0x0a01_0001L)
            .u32(0x0a01_0002L)
            .u32(0x0001_01bbL)
            .u64(0)
            .u32(0x5010_0100L)
            .u32(0)
            .toByteArray();
    System.arraycopy(headers, 0, packet, 0, headers.length);
    byte[] frame =
        new WireWriter()
            .mac(Macs.of(BOB.address(), NETWORK_ID))
            .mac(Macs.of(ALICE.address(), NETWORK_ID))
            .u16(0x0800)
            .bytes(packet)
            .toByteArray();
    var offload = new OffloadHeader();
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_TCP4, 0, 2_748, 34, 16);
    var batch = new FrameBatch(40_000);
    return allocated(
        () -> {
          batch.clear();
          offload.write(batch.bytes(), batch.nextStart() - OffloadHeader.BYTES);
          System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
          batch.addOffloaded(frame.length);
          networks.sendFrames(NETWORK_ID, batch, NOW_MS);
        });
  }

  private long allocatedByReceiving() {
    byte[] payload = new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(tcp()).toByteArray();
    InboundPacket packet = link.packet(BOB, 1, Verb.FRAME, payload, NOW_MS);
    return allocated(
        () -> {
          System.arraycopy(payload, 0, packet.bytes(), packet.payloadStart(), payload.length);
          networks.receive(packet, Verb.FRAME);
        });
  }

  /** Returns the bytes allocated by all rounds, after as many to warm up. */
  private static long allocated(Runnable round) {
    Runnable rounds =
        () -> {
          for (int i = 0; i < ROUNDS; i++) {
            round.run();
          }
        };
    rounds.run();
    return AllocationMeter.allocatedBytes(rounds);
  }

  /** Allows for occasional allocations of the virtual machine. */
  private static void assertNone(long bytes) {
    assertTrue(bytes < ROUNDS, () -> bytes + " bytes in " + ROUNDS + " rounds");
  }

  @Test
  void sendsFramesWithoutAllocation() {
    join(List.of(Rule.action(Rule.ACTION_ACCEPT)));

    assertNone(allocatedBySending());
  }

  @Test
  void deliversFramesWithoutAllocation() {
    join(List.of(Rule.action(Rule.ACTION_ACCEPT)));

    assertNone(allocatedByReceiving());
    assertEquals(2 * ROUNDS, output.delivered);
  }

  @Test
  void evaluatesRulesWithoutAllocation() {
    join(busyRules());

    assertNone(allocatedBySending());
    assertNone(allocatedByReceiving());
    assertEquals(2 * ROUNDS, output.delivered);
  }

  @Test
  void sendsSuperFramesWithoutAllocation() {
    join(busyRules());

    assertNone(allocatedBySuperFrames());
    assertEquals(0, link.drops.size(), () -> "nothing is dropped: " + link.drops);
  }
}
