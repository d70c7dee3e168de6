// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICE;
import static net.backhaul.engine.network.JoinedNetwork.ALICES_MAC;
import static net.backhaul.engine.network.JoinedNetwork.BOB;
import static net.backhaul.engine.network.JoinedNetwork.BOBS_MAC;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.MssOption;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The MSS of SYNs is reduced where that carries more bytes per datagram (03 section 6.6). */
class MssClampTest {
  private static final long NETWORK_ID = JoinedNetwork.ID;
  private static final long BEHIND_MAC = 0x06_00_00_00_00_07L;
  private static final int FRAME_HEADER_BYTES = 10;
  private static final int EXT_FRAME_HEADER_BYTES = 23;
  private static final int PACKET_HEADER_BYTES = 28;
  private static final int FRAGMENT_HEADER_BYTES = 16;
  private static final int IPV4_AND_TCP_BYTES = 40;

  private final RecordingOutput output = new RecordingOutput();
  private final JoinedNetwork network = new JoinedNetwork(output);
  private final RecordingLink link = network.link;
  private final Networks networks = network.networks;

  private void join() {
    link.known.put(BOB.address(), BOB);
    network.controller.specialists.add(ALICE.address() | NetworkConfig.ACTIVE_BRIDGE);
    network.controller.specialists.add(BOB.address() | NetworkConfig.ACTIVE_BRIDGE);
    network.join();
  }

  /** Returns a SYN with an MSS, and options of Linux; the checksum of TCP is not complete. */
  private static byte[] syn(int etherType, int mssBytes) {
    var packet = new WireWriter();
    if (etherType == 0x8100) {
      packet.u16(7).u16(0x0800);
    }
    if (etherType == 0x86dd) {
      packet.u32(0x6000_0000L).u16(40).u8(6).u8(64).bytes(new byte[31]).u8(1);
    } else {
      packet.u16(0x4500).u16(60).u32(0x4000L).u16(0x4006).u16(0).u32(0x0a010001L);
      packet.u32(0x0a010002L);
    }
    return packet
        .u16(50_000)
        .u16(443)
        .u32(1)
        .u32(0)
        .u16(0xa002)
        .u16(64_240)
        .u32(0)
        .u16(0x0204)
        .u16(mssBytes)
        .bytes(new byte[] {4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7})
        .toByteArray();
  }

  private void sendFrame(long to, long from, int etherType, byte[] packet) {
    byte[] frame = new WireWriter().mac(to).mac(from).u16(etherType).bytes(packet).toByteArray();
    var offload = new OffloadHeader();
    int transport = frame.length - 40;
    offload.set(OffloadHeader.NEEDS_CHECKSUM, OffloadHeader.GSO_NONE, 0, 0, transport, 16);
    var batch = new FrameBatch(12_000);
    offload.write(batch.bytes(), batch.nextStart() - OffloadHeader.BYTES);
    System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
    batch.addOffloaded(frame.length);
    networks.sendFrames(NETWORK_ID, batch, NOW_MS);
  }

  private static int mssOf(int etherType, byte[] bytes, int start) {
    var option = new MssOption();
    assertTrue(option.find(etherType, bytes, start, bytes.length - start));
    return option.mssBytes();
  }

  @ParameterizedTest
  @CsvSource({
    "0x0800, 2760, 2760", "0x0800, 1460, 1354", "0x86dd, 2740, 2740", "0x86dd, 1440, 1334",
    "0x8100, 2760, 2756", "0x8100, 1460, 1350", "0x0800, 536, 536", "0x0800, 8960, 2760"
  })
  void reducesTheMssOfSentSyns(String etherType, int mssBytes, int reducedBytes) {
    int type = Integer.decode(etherType);
    join();

    sendFrame(BOBS_MAC, ALICES_MAC, type, syn(type, mssBytes));

    RecordingLink.Sent sent = link.sent.getLast();
    assertEquals(Verb.FRAME, sent.verb());
    byte[] payload = HexFormat.of().parseHex(sent.payload());
    assertEquals(reducedBytes, mssOf(type, payload, FRAME_HEADER_BYTES));
  }

  @ParameterizedTest
  @CsvSource({"2760, 2757", "1460, 1341", "1341, 1341"})
  void reducesTheMssOfBridgedSyns(int mssBytes, int reducedBytes) {
    join();

    sendFrame(BOBS_MAC, BEHIND_MAC, 0x0800, syn(0x0800, mssBytes));
    assertSentToBridge(BOBS_MAC, reducedBytes);
    sendFrame(BEHIND_MAC, ALICES_MAC, 0x0800, syn(0x0800, mssBytes));
    assertSentToBridge(BEHIND_MAC, reducedBytes);
  }

  private void assertSentToBridge(long mac, int mssBytes) {
    RecordingLink.Sent sent = link.sent.getLast();
    assertEquals(Verb.EXT_FRAME, sent.verb());
    byte[] payload = HexFormat.of().parseHex(sent.payload());
    assertEquals(mac, BigEndian.mac(payload, 9));
    assertEquals(mssBytes, mssOf(0x0800, payload, EXT_FRAME_HEADER_BYTES));
  }

  @ParameterizedTest
  @CsvSource({"0x0800, 2760, 2760", "0x0800, 1460, 1354", "0x86dd, 1440, 1334"})
  void reducesTheMssOfReceivedSyns(String etherType, int mssBytes, int reducedBytes) {
    int type = Integer.decode(etherType);
    join();
    byte[] payload =
        new WireWriter().u64(NETWORK_ID).u16(type).bytes(syn(type, mssBytes)).toByteArray();

    networks.receive(link.packet(BOB, 7, Verb.FRAME, payload, NOW_MS), Verb.FRAME);

    assertEquals(reducedBytes, deliveredMss(type));
  }

  @ParameterizedTest
  @CsvSource({"2760, 2757", "1460, 1341"})
  void reducesTheMssOfReceivedBridgedSyns(int mssBytes, int reducedBytes) {
    join();
    byte[] payload =
        new WireWriter()
            .u64(NETWORK_ID)
            .u8(0)
            .mac(ALICES_MAC)
            .mac(BEHIND_MAC)
            .u16(0x0800)
            .bytes(syn(0x0800, mssBytes))
            .toByteArray();

    networks.receive(link.packet(BOB, 7, Verb.EXT_FRAME, payload, NOW_MS), Verb.EXT_FRAME);

    assertEquals(reducedBytes, deliveredMss(0x0800));
  }

  @ParameterizedTest
  @CsvSource({"1460, 1341", "1341, 2757", "536, 2757", "0, 2757", "2760, 2757"})
  void considersTheMtuOfTheOtherEnd(int statedBytes, int reducedBytes) {
    join();
    sendFrame(BOBS_MAC, BEHIND_MAC, 0x0800, syn(0x0800, statedBytes));
    byte[] reply =
        new WireWriter()
            .u64(NETWORK_ID)
            .u8(0)
            .mac(BEHIND_MAC)
            .mac(BOBS_MAC)
            .u16(0x0800)
            .bytes(syn(0x0800, 2_760))
            .toByteArray();

    networks.receive(link.packet(BOB, 7, Verb.EXT_FRAME, reply, NOW_MS), Verb.EXT_FRAME);

    assertEquals(reducedBytes, deliveredMss(0x0800));
  }

  @Test
  void recordsTheMtuOfEachHost() {
    var mtus = new StatedMtus();
    assertEquals(Integer.MAX_VALUE, mtus.mtuBytesOf(0));
    assertEquals(Integer.MAX_VALUE, mtus.mtuBytesOf(BEHIND_MAC));
    mtus.record(BEHIND_MAC, 1_500);
    mtus.record(BOBS_MAC, 2_800);
    assertEquals(1_500, mtus.mtuBytesOf(BEHIND_MAC));
    assertEquals(2_800, mtus.mtuBytesOf(BOBS_MAC));
    mtus.record(BEHIND_MAC, 1_400);
    assertEquals(1_400, mtus.mtuBytesOf(BEHIND_MAC));
    for (long mac = 1; mac < 1_000; mac++) {
      mtus.record(mac, 576);
    }
    assertEquals(Integer.MAX_VALUE, mtus.mtuBytesOf(BEHIND_MAC));
  }

  private int deliveredMss(int etherType) {
    return mssOf(etherType, HexFormat.of().parseHex(output.frames.getLast()), 14);
  }

  @Test
  void choosesTheMssThatCarriesMostPerDatagram() {
    for (int datagramBytes = 1_400; datagramBytes <= 10_324; datagramBytes += 4) {
      for (int header : new int[] {FRAME_HEADER_BYTES, EXT_FRAME_HEADER_BYTES}) {
        int overhead = PACKET_HEADER_BYTES + header + IPV4_AND_TCP_BYTES;
        for (int max = 500; max <= 9_960; max += 7) {
          int best = MssClamp.best(max, overhead, datagramBytes);

          String where = max + " of " + datagramBytes + ": " + best;
          assertTrue(best <= max && best > 0, where);
          int count = datagrams(best + overhead, datagramBytes);
          assertTrue(count <= 7 && best + overhead <= 10_024, where);
          if (best < max && best + overhead < Math.min(10_024, fitting(7, datagramBytes))) {
            assertEquals(count + 1, datagrams(best + 1 + overhead, datagramBytes), where);
          }
          for (int other = count; other <= 7; other++) {
            int fitting = Math.min(max, fitting(other, datagramBytes) - overhead);
            boolean valid = fitting + overhead <= 10_024;
            assertTrue(
                !valid || best * other * 17L >= fitting * count * 16L, where + " < " + fitting);
          }
        }
      }
    }
  }

  /** Two datagrams of 1472 bytes carry 2760 bytes of a segment, and one carries 1394. */
  @ParameterizedTest
  @CsvSource({"2760, 2760", "2627, 2627", "2623, 1394", "1460, 1394"})
  void reducesNothingForASmallGain(int max, int expected) {
    int overhead = PACKET_HEADER_BYTES + FRAME_HEADER_BYTES + IPV4_AND_TCP_BYTES;
    assertEquals(expected, MssClamp.best(max, overhead, 1472));
  }

  /** Counts datagrams as 02 section 1.6 fills them. */
  private static int datagrams(int packetBytes, int datagramBytes) {
    int count = 1;
    for (int left = packetBytes - datagramBytes; left > 0; count++) {
      left -= datagramBytes - FRAGMENT_HEADER_BYTES;
    }
    return count;
  }

  private static int fitting(int count, int datagramBytes) {
    return datagramBytes + (count - 1) * (datagramBytes - FRAGMENT_HEADER_BYTES);
  }
}
