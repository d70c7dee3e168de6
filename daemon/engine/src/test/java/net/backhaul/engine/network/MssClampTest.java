// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICE;
import static net.backhaul.engine.network.JoinedNetwork.ALICES_MAC;
import static net.backhaul.engine.network.JoinedNetwork.BOB;
import static net.backhaul.engine.network.JoinedNetwork.BOBS_MAC;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.MadeFrame;
import net.backhaul.testing.NaiveChecksum;
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
  private static final int MACS_BYTES = 12;
  private static final int ETHERNET_BYTES = 14;

  /** In an untagged frame of IPv4. */
  private static final int TCP_CHECKSUM_AT = 14 + 20 + 16;

  private static final int MSS_AT = 14 + 20 + 20 + 2;

  private static final int SYN = 0x02;
  private static final int ACK = 0x10;
  private static final int ECE = 0x40;
  private static final int CWR = 0x80;

  /** SYN, SYN and ACK, and both with a request for ECN. */
  private static final int[] FLAGS = {SYN, SYN | ACK, SYN | ECE | CWR, SYN | ACK | ECE};

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

  /** Returns a SYN with the options of Linux. */
  private static MadeFrame syn(String tags, int version, int mssBytes) {
    var made = new MadeFrame();
    made.tag = HexFormat.of().parseHex(tags);
    made.ofFamily(version == 6);
    made.flags = SYN;
    made.tcpOptions = new byte[] {2, 4, 0, 0, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7};
    BigEndian.put16(made.tcpOptions, 2, mssBytes);
    made.gsoBytes = 1;
    return made;
  }

  private static byte[] macs(long to, long from) {
    return new WireWriter().mac(to).mac(from).toByteArray();
  }

  /** Returns the frame with a complete checksum. */
  private static byte[] whole(MadeFrame made) {
    return made.ethernet(made.packets(65_535).getFirst());
  }

  /** Sends a frame as a device with offloads does, with an incomplete checksum. */
  private void sendPartial(MadeFrame made) {
    var whole = new OffloadHeader();
    whole.read(made.offloadHeader(), 0);
    var offload = new OffloadHeader();
    offload.set(
        OffloadHeader.NEEDS_CHECKSUM,
        OffloadHeader.GSO_NONE,
        0,
        0,
        whole.checksumStart(),
        whole.checksumOffset());
    byte[] frame = made.frame();
    var batch = new FrameBatch(12_000);
    offload.write(batch.bytes(), batch.nextStart() - OffloadHeader.BYTES);
    System.arraycopy(frame, 0, batch.bytes(), batch.nextStart(), frame.length);
    batch.addOffloaded(frame.length);
    networks.sendFrames(NETWORK_ID, batch, NOW_MS);
  }

  private void sendFrame(long to, long from, int mssBytes) {
    MadeFrame made = syn("", 4, mssBytes);
    made.macs = macs(to, from);
    sendPartial(made);
  }

  /** Asserts that the whole SYN has become another one, byte for byte. */
  private static void assertIs(MadeFrame expected, byte[] frame, String where) {
    byte[] packet = Arrays.copyOfRange(frame, ETHERNET_BYTES, frame.length);
    assertEquals("", NaiveChecksum.problem(packet, expected.tag.length, null), where);
    assertArrayEquals(whole(expected), frame, where);
  }

  /** The version of IP, the MSS of a SYN, and what it becomes in FRAME and in EXT_FRAME. */
  @ParameterizedTest
  @CsvSource({
    "'', 4, 1460, 1354, 1341",
    "81000007, 4, 1460, 1350, 1337",
    "88a8000681000007, 4, 1460, 1346, 1333",
    "'', 6, 1440, 1334, 1321",
    "81000007, 6, 1440, 1330, 1317",
    "88a8000681000007, 6, 1440, 1326, 1313",
    "'', 4, 2760, 2760, 2757",
    "81000007, 4, 2760, 2756, 2753",
    "88a8000681000007, 4, 2760, 2752, 2749",
    "'', 6, 2740, 2740, 2737",
    "81000007, 6, 2740, 2736, 2733",
    "88a8000681000007, 6, 2740, 2732, 2729",
    "'', 4, 8960, 2760, 2757",
    "'', 4, 536, 536, 536",
    "'', 4, 1341, 1341, 1341"
  })
  void reducesTheMss(String tags, int version, int mssBytes, int inFrame, int inExtFrame) {
    join();
    for (int flags : FLAGS) {
      MadeFrame made = syn(tags, version, mssBytes);
      made.flags = flags;
      MadeFrame unbridged = syn(tags, version, inFrame);
      unbridged.flags = flags;
      MadeFrame bridged = syn(tags, version, inExtFrame);
      bridged.flags = flags;

      assertSent(made, Verb.FRAME, unbridged, macs(BOBS_MAC, ALICES_MAC));
      assertSent(made, Verb.EXT_FRAME, bridged, macs(BOBS_MAC, BEHIND_MAC));
      assertSent(made, Verb.EXT_FRAME, bridged, macs(BEHIND_MAC, ALICES_MAC));
      assertDelivered(made, Verb.FRAME, unbridged, macs(ALICES_MAC, BOBS_MAC));
      assertDelivered(made, Verb.EXT_FRAME, bridged, macs(ALICES_MAC, BEHIND_MAC));
      assertDelivered(made, Verb.EXT_FRAME, bridged, macs(BEHIND_MAC, BOBS_MAC));
    }
  }

  private void assertSent(MadeFrame made, Verb verb, MadeFrame expected, byte[] macs) {
    made.macs = macs;
    expected.macs = macs;
    String where = HexFormat.of().formatHex(macs) + ", flags " + made.flags;
    network.send(whole(made));
    assertIs(expected, sentFrame(verb, macs), where + ", whole checksum");
    sendPartial(made);
    assertIs(expected, sentFrame(verb, macs), where + ", partial checksum");
  }

  /** Returns the frame in the last packet, which is removed. */
  private byte[] sentFrame(Verb verb, byte[] macs) {
    RecordingLink.Sent sent = link.sent.removeLast();
    assertEquals(verb, sent.verb());
    byte[] payload = HexFormat.of().parseHex(sent.payload());
    if (verb == Verb.EXT_FRAME) {
      return Arrays.copyOfRange(payload, EXT_FRAME_HEADER_BYTES - ETHERNET_BYTES, payload.length);
    }
    int typeAt = FRAME_HEADER_BYTES - 2;
    var frame = new WireWriter().bytes(macs);
    return frame.bytes(Arrays.copyOfRange(payload, typeAt, payload.length)).toByteArray();
  }

  private void assertDelivered(MadeFrame made, Verb verb, MadeFrame expected, byte[] macs) {
    made.macs = macs;
    expected.macs = macs;

    receive(verb, whole(made));

    assertIs(expected, deliveredFrame(), HexFormat.of().formatHex(macs) + ", flags " + made.flags);
  }

  /** Receives a frame from Bob. */
  private void receive(Verb verb, byte[] frame) {
    var payload = new WireWriter().u64(NETWORK_ID);
    if (verb == Verb.EXT_FRAME) {
      payload.u8(0).bytes(frame);
    } else {
      payload.bytes(Arrays.copyOfRange(frame, MACS_BYTES, frame.length));
    }
    network.receive(verb, payload.toByteArray());
  }

  private byte[] deliveredFrame() {
    return HexFormat.of().parseHex(output.frames.getLast());
  }

  @Test
  void leavesAWrongChecksumWrong() {
    join();
    MadeFrame made = syn("", 4, 1_460);
    made.macs = macs(BOBS_MAC, ALICES_MAC);
    byte[] wrong = whole(made);
    wrong[TCP_CHECKSUM_AT] ^= 4;

    network.send(wrong);

    byte[] sent = sentFrame(Verb.FRAME, made.macs);
    assertEquals(1_354, BigEndian.u16(sent, MSS_AT));
    byte[] packet = Arrays.copyOfRange(sent, ETHERNET_BYTES, sent.length);
    assertEquals("transport checksum", NaiveChecksum.problem(packet, 0, null));
  }

  @ParameterizedTest
  @CsvSource({"1460, 1341", "1341, 2757", "536, 2757", "0, 2757", "2760, 2757"})
  void considersTheMtuOfTheOtherEnd(int statedBytes, int reducedBytes) {
    join();
    sendFrame(BOBS_MAC, BEHIND_MAC, statedBytes);
    MadeFrame reply = syn("", 4, 2_760);
    reply.flags = SYN | ACK;
    MadeFrame expected = syn("", 4, reducedBytes);
    expected.flags = SYN | ACK;

    assertDelivered(reply, Verb.EXT_FRAME, expected, macs(BEHIND_MAC, BOBS_MAC));
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
          assertEquals(0, (best + overhead + 16 * (count - 1)) % count, where + ": sizes differ");
          if (best <= max - count && best + overhead < limit(datagramBytes) - count) {
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
  @CsvSource({"2760, 2760", "2627, 2626", "2623, 1394", "1460, 1394"})
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

  private static int limit(int datagramBytes) {
    return Math.min(10_024, fitting(7, datagramBytes));
  }

  private static int fitting(int count, int datagramBytes) {
    return datagramBytes + (count - 1) * (datagramBytes - FRAGMENT_HEADER_BYTES);
  }
}
