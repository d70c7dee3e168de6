// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.protocol.ethernet.InternetChecksum;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Ecn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traffic class in frames of IPv4 and IPv6, with and without VLAN tags (02 section 1.9). */
class FrameEcnTest {
  private static final Identity ALICE = RecordedIdentities.all().get("alice");
  private static final long AD_HOC = 0xff00_00ff_ff00_0000L;
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final String EIGHT_TAGS =
      "88a80064810000658100006681000067810000688100006981000070" + "81000071";
  private static final String IPV4 = "0800";
  private static final String IPV6 = "86dd";
  private static final int ETHERNET_BYTES = 14;

  private final Random random = new Random(5);
  private final FrameView view = new FrameView();

  FrameEcnTest() {
    long self = ALICE.address();
    NetworkConfig config = AdHocConfigs.configure(AD_HOC, self, NOW_MS).orElseThrow();
    view.begin(new Network(AD_HOC, self, NOW_MS), new Policy(config, self), NOW_MS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "81000064", "88a8006481000065", EIGHT_TAGS})
  void appliesMarksToPackets(String tags) {
    for (String type : new String[] {IPV4, IPV6}) {
      for (int trafficClass = 0; trafficClass < 256; trafficClass++) {
        for (int outer = 0; outer < 4; outer++) {
          byte[] frame = frame(tags, type, trafficClass);
          byte[] before = frame.clone();
          int ip = ETHERNET_BYTES + tags.length() / 2;
          wrap(frame);
          String what = tags + " " + type + " " + trafficClass + " outer " + outer;

          assertEquals(trafficClass, trafficClass(view), what);
          int expected = Ecn.decapsulate(trafficClass & Ecn.MASK, outer);
          assertEquals(expected != Ecn.DROP, view.applyEcn(outer), what);

          if (expected == Ecn.DROP || expected == (trafficClass & Ecn.MASK)) {
            assertArrayEquals(before, frame, what);
          } else {
            assertEquals(trafficClass & ~Ecn.MASK | expected, trafficClass(view), what);
            assertOnlyClassDiffers(before, frame, ip, type, what);
          }
        }
      }
    }
  }

  @Test
  void leavesOtherFramesAlone() {
    for (String other :
        new String[] {
          "0806" + "45".repeat(60), // ARP.
          IPV4 + "46".repeat(19), // Shorter than a header.
          IPV4 + "65".repeat(60), // Not the version of its EtherType.
          IPV6 + "60".repeat(39),
          IPV6 + "45".repeat(60),
          "810000640806" + "45".repeat(60),
          "8100", // A tag without its data.
          "81000064",
          EIGHT_TAGS + "810000660800" + "45".repeat(60), // One tag more than are parsed.
          "0026" + "45".repeat(60) // A length, not a type.
        }) {
      byte[] frame = HexFormat.of().parseHex("000102030405060708090a0b" + other);
      byte[] before = frame.clone();
      wrap(frame);

      assertEquals(0, trafficClass(view), other);
      assertTrue(view.applyEcn(Ecn.CE), other);
      assertArrayEquals(before, frame, other);
    }
  }

  private static int trafficClass(FrameView view) {
    var packets = new PacketRun();
    view.classify(packets);
    return packets.trafficClass();
  }

  private void assertOnlyClassDiffers(
      byte[] before, byte[] after, int ip, String type, String what) {
    byte[] restored = after.clone();
    restored[ip + 1] = before[ip + 1];
    if (type.equals(IPV4)) {
      long sum = InternetChecksum.sum(after, ip, 20);
      assertEquals(InternetChecksum.VALID, InternetChecksum.fold(sum), what);
      System.arraycopy(before, ip + 10, restored, ip + 10, 2);
    }
    assertArrayEquals(before, restored, what);
  }

  private void wrap(byte[] frame) {
    view.wrapEthernet(frame, 0, frame.length);
  }

  private byte[] frame(String tags, String type, int trafficClass) {
    byte[] header = HexFormat.of().parseHex(tags + type);
    int ip = 12 + header.length;
    byte[] frame = new byte[ip + 40 + random.nextInt(20)];
    random.nextBytes(frame);
    System.arraycopy(header, 0, frame, 12, header.length);
    if (type.equals(IPV4)) {
      BigEndian.put16(frame, ip, 0x4500 | trafficClass);
      BigEndian.put16(frame, ip + 10, 0);
      long sum = InternetChecksum.sum(frame, ip, 20);
      InternetChecksum.store(frame, ip + 10, InternetChecksum.finish(sum));
    } else {
      BigEndian.put16(frame, ip, 0x6000 | trafficClass << 4 | random.nextInt(16));
    }
    return frame;
  }
}
