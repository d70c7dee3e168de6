// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.random.RandomGenerator;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.rules.evaluation.FrameHeader;

/**
 * Draws frames from small ranges: IPv4 with any header length, IPv6 with extension headers, ARP,
 * and others; some of them truncated. They lie within random bytes, which must not be read.
 */
final class RandomFrames {
  private static final int MAX_BYTES = 160;
  private static final int MARGIN = 64;
  private static final long[] MACS = {
    0x020000000001L, 0x020000000002L, 0x333300000001L, -1L >>> 16
  };
  private static final int[] PROTOCOLS = {1, 6, 6, 6, 17, 17, 44, 50, 51, 58, 58, 132, 136, 255};
  private static final int[] EXTENSIONS = {0, 43, 60, 135, 44, 51, 59};
  private static final int[] ICMP_TYPES = {0, 8, 0x87, 0x88, 0xff};

  private final RandomGenerator random;
  private final byte[] bytes = new byte[MAX_BYTES + 2 * MARGIN];
  private final FrameHeader frame = new FrameHeader();

  RandomFrames(RandomGenerator random) {
    this.random = random;
  }

  static long mac(RandomGenerator random) {
    return MACS[random.nextInt(MACS.length)];
  }

  static int icmpType(RandomGenerator random) {
    return ICMP_TYPES[random.nextInt(ICMP_TYPES.length)];
  }

  static byte[] ipv6(RandomGenerator random) {
    byte[] ip = new byte[16];
    ip[0] = (byte) 0xfd;
    ip[7] = (byte) random.nextInt(2);
    ip[15] = (byte) random.nextInt(3);
    return ip;
  }

  /** Draws the next frame; the view is reused. */
  FrameHeader next() {
    int length =
        random.nextInt(4) == 0 ? random.nextInt(MAX_BYTES) : MAX_BYTES - random.nextInt(60);
    random.nextBytes(bytes);
    int type;
    switch (random.nextInt(8)) {
      case 0, 1, 2 -> {
        type = EtherTypes.IPV4;
        ipv4();
      }
      case 3, 4, 5, 6 -> {
        type = EtherTypes.IPV6;
        ipv6();
      }
      default -> {
        type = random.nextBoolean() ? EtherTypes.ARP : random.nextInt(0x10000);
        BigEndian.put32(bytes, MARGIN + 14, 0x0a000000 | random.nextInt(4));
      }
    }
    frame.wrap(bytes, MARGIN, length);
    frame.ethernet(mac(random), mac(random), type);
    boolean known = random.nextInt(5) > 0;
    if (random.nextBoolean()) {
      frame.inbound(RandomRules.BOB, RandomRules.ALICE);
    } else {
      frame.outbound(RandomRules.ALICE, known ? RandomRules.BOB : 0);
    }
    return frame;
  }

  private void ipv4() {
    bytes[MARGIN] = (byte) (random.nextInt(3) > 0 ? 0x45 : random.nextInt(256));
    bytes[MARGIN + 1] = (byte) random.nextInt(40);
    bytes[MARGIN + 9] = (byte) PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    BigEndian.put32(bytes, MARGIN + 12, 0x0a000000 | random.nextInt(4));
    BigEndian.put32(bytes, MARGIN + 16, 0x0a000000 | random.nextInt(4));
    payload(4 * (bytes[MARGIN] & 0xf), bytes[MARGIN + 9] & 0xff);
  }

  private void ipv6() {
    BigEndian.put16(bytes, MARGIN, 0x6000 | random.nextInt(40) << 4);
    System.arraycopy(ipv6(random), 0, bytes, MARGIN + 8, 16);
    System.arraycopy(ipv6(random), 0, bytes, MARGIN + 24, 16);
    int next = MARGIN + 6;
    int at = 40;
    for (int i = random.nextInt(2) * random.nextInt(6); i > 0; i--) {
      bytes[next] = (byte) EXTENSIONS[random.nextInt(EXTENSIONS.length)];
      next = MARGIN + at;
      int more = random.nextInt(12) == 0 ? random.nextInt(256) : random.nextInt(2);
      bytes[MARGIN + at + 1] = (byte) more;
      if (at + 8 + 8 * more > MAX_BYTES - 20) {
        break;
      }
      at += 8 + 8 * more;
    }
    int protocol = PROTOCOLS[random.nextInt(PROTOCOLS.length)];
    bytes[next] = (byte) protocol;
    payload(at, protocol);
    if (random.nextInt(4) == 0) {
      System.arraycopy(ipv6(random), 0, bytes, MARGIN + 48, 16);
    }
  }

  private void payload(int at, int protocol) {
    if (protocol == 1 || protocol == 58) {
      bytes[MARGIN + at] = (byte) icmpType(random);
      bytes[MARGIN + at + 1] = (byte) random.nextInt(2);
    } else {
      BigEndian.put16(bytes, MARGIN + at, random.nextInt(5));
      BigEndian.put16(bytes, MARGIN + at + 2, random.nextInt(5));
      bytes[MARGIN + at + 13] = (byte) (1 << random.nextInt(8));
    }
  }
}
