// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.rules.evaluation.OwnedAddresses;

/** Draws rules, tags and owned addresses from small ranges, so that many of them match. */
final class RandomRules {
  static final long ALICE = 0xa1;
  static final long BOB = 0xb0;
  private static final long OBSERVER = 0x0b;
  private static final int[] TYPES = {
    24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
    48, 49, 50, 51, 20, 60
  };
  private static final int[] PROTOCOLS = {1, 6, 17, 44, 51, 58, 132};
  private static final int[] ETHER_TYPES = {0x0800, 0x86dd, 0x0806};

  private final RandomGenerator random;

  RandomRules(RandomGenerator random) {
    this.random = random;
  }

  private int upTo(int most) {
    return random.nextInt(most + 1);
  }

  private int pick(int[] from) {
    return from[random.nextInt(from.length)];
  }

  /** Draws up to {@code most} rules; a half to a seventh of them are actions. */
  List<Rule> rules(int most) {
    var rules = new ArrayList<Rule>();
    int count = upTo(most);
    // Often of few types, as real tables are.
    int types = 1 + random.nextInt(random.nextBoolean() ? 3 : TYPES.length);
    int offset = random.nextInt(TYPES.length);
    int orOf = random.nextInt(3) == 0 ? 1_000 : 1 + random.nextInt(6);
    int notOf = random.nextInt(3) == 0 ? 1_000 : 3;
    int actionOf = 2 + random.nextInt(6);
    for (int i = 0; i < count; i++) {
      if (random.nextInt(actionOf) == 0) {
        rules.add(action());
      } else {
        int type = TYPES[(offset + random.nextInt(types)) % TYPES.length];
        boolean not = random.nextInt(notOf) == 0;
        boolean or = random.nextInt(orOf) == 0;
        rules.add(new Rule(type, not, or, Bytes.of(field(type).toByteArray())));
      }
    }
    return rules;
  }

  private Rule action() {
    int type = random.nextInt(9);
    if (type < Rule.ACTION_TEE || type > Rule.ACTION_REDIRECT) {
      boolean flag = random.nextInt(8) == 0; // Has no effect on an action.
      return new Rule(type, flag, flag, Bytes.of(type == 6 ? new byte[] {3} : new byte[0]));
    }
    long[] targets = {ALICE, BOB, OBSERVER, OBSERVER, 0};
    var fields = new WireWriter().u64(targets[random.nextInt(5)]).u32(0).u16(upTo(3) * 20);
    return new Rule(type, false, false, Bytes.of(fields.toByteArray()));
  }

  private WireWriter field(int type) {
    var out = new WireWriter();
    return switch (type) {
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS, Rule.MATCH_DEST_ZEROTIER_ADDRESS ->
          out.address(random.nextBoolean() ? ALICE : random.nextBoolean() ? BOB : 0);
      case Rule.MATCH_VLAN_ID -> out.u16(upTo(1));
      case Rule.MATCH_VLAN_PCP, Rule.MATCH_VLAN_DEI -> out.u8(upTo(1));
      case Rule.MATCH_MAC_SOURCE, Rule.MATCH_MAC_DEST -> out.mac(RandomFrames.mac(random));
      case Rule.MATCH_IPV4_SOURCE, Rule.MATCH_IPV4_DEST ->
          out.u32(0x0a000000L | upTo(3)).u8(prefix(32));
      case Rule.MATCH_IPV6_SOURCE, Rule.MATCH_IPV6_DEST -> ipv6(out);
      case Rule.MATCH_IP_TOS -> out.u8(random.nextInt(256)).u8(upTo(4)).u8(upTo(40));
      case Rule.MATCH_IP_PROTOCOL -> out.u8(pick(PROTOCOLS));
      case Rule.MATCH_ETHERTYPE -> out.u16(pick(ETHER_TYPES));
      case Rule.MATCH_ICMP -> out.u8(RandomFrames.icmpType(random)).u8(upTo(1)).u8(upTo(1));
      case Rule.MATCH_IP_SOURCE_PORT_RANGE, Rule.MATCH_IP_DEST_PORT_RANGE ->
          out.u16(upTo(3)).u16(random.nextInt(9) == 0 ? 0xffff : upTo(4));
      case Rule.MATCH_CHARACTERISTICS -> out.u64(characteristics());
      case Rule.MATCH_FRAME_SIZE_RANGE -> out.u16(upTo(80)).u16(upTo(120));
      case Rule.MATCH_RANDOM -> out.u32(random.nextInt() & 0xffff_ffffL);
      case Rule.INTEGER_RANGE -> integer(out);
      default -> {
        if (type >= Rule.MATCH_TAGS_DIFFERENCE && type <= Rule.MATCH_TAG_RECEIVER) {
          out.u32(1 + upTo(2)).u32(upTo(3));
        }
        yield out;
      }
    };
  }

  private int prefix(int bits) {
    return random.nextInt(4) == 0 ? random.nextInt(256) : bits - upTo(3);
  }

  private WireWriter ipv6(WireWriter out) {
    byte[] ip = RandomFrames.ipv6(random);
    int bits = random.nextInt(3) == 0 ? random.nextInt(140) : 64 + upTo(64);
    if (random.nextInt(4) > 0) {
      for (int i = 0; i < 128; i++) {
        if (i >= bits) {
          ip[i / 8] &= (byte) ~(0x80 >> i % 8);
        }
      }
    }
    return out.bytes(ip).u8(bits);
  }

  private long characteristics() {
    return switch (random.nextInt(4)) {
      case 0 -> 1L << random.nextInt(12);
      case 1 -> random.nextLong() & 0xfff;
      case 2 -> 1L << 59 + random.nextInt(5);
      default -> random.nextLong();
    };
  }

  private WireWriter integer(WireWriter out) {
    long first = random.nextInt(3) == 0 ? random.nextLong() : upTo(40);
    long last = first + (random.nextBoolean() ? upTo(200) : random.nextInt());
    int format = random.nextInt(64) | (random.nextBoolean() ? 0x80 : 0);
    return out.u64(first)
        .u64(last)
        .u16(random.nextInt(4) == 0 ? upTo(0xffff) : upTo(80))
        .u8(format);
  }

  Map<Long, Long> tags() {
    var tags = new LinkedHashMap<Long, Long>();
    for (long id = 1; id <= 3; id++) {
      if (random.nextInt(3) > 0) {
        tags.put(id, (long) upTo(3));
      }
    }
    return tags;
  }

  List<OwnedAddresses> owned() {
    var owned = new ArrayList<OwnedAddresses>();
    for (int i = upTo(2); i > 0; i--) {
      var things = new ArrayList<OwnershipCertificate.OwnedAddress>();
      byte[] v4 = {10, 0, 0, (byte) upTo(3)};
      things.add(new OwnershipCertificate.OwnedAddress(2, Bytes.of(v4)));
      things.add(new OwnershipCertificate.OwnedAddress(3, Bytes.of(RandomFrames.ipv6(random))));
      things.add(OwnershipCertificate.OwnedAddress.ofMac(RandomFrames.mac(random)));
      owned.add(
          new OwnedAddresses(new OwnershipCertificate(1, 1, 0, i, things, BOB, 1, Bytes.EMPTY)));
    }
    return owned;
  }
}
