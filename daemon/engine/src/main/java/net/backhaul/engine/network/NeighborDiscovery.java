// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.Arrays;
import net.backhaul.engine.Output;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireWriter;

/** Answers neighbour solicitations for addresses derived from node addresses (03 section 6.5). */
final class NeighborDiscovery {
  private static final int MIN_BYTES = 64;
  private static final int ICMPV6 = 58;
  private static final int SOLICITATION = 0x87;
  private static final int TARGET = 48;
  private static final int IP_BYTES = 16;
  private static final int PAYLOAD_BYTES = 32;
  private static final int FIRST_LINE = 0x6000_0000;
  private static final int ADVERTISEMENT = 0x8800;
  private static final int FLAGS_SOLICITED_OVERRIDE = 0x6000_0000;
  private static final int TARGET_LINK_ADDRESS = 0x0201;

  private final Output output;
  private final long self;

  NeighborDiscovery(NodeContext node) {
    this.output = node.output();
    this.self = node.link().self().address();
  }

  /** Answers a frame to the device that it came from; returns false for any other frame. */
  boolean answer(FrameView frame) {
    Policy policy = frame.policy;
    long networkId = frame.network.id;
    if (!policy.config.ndpEmulation()
        || frame.etherType() != EtherTypes.IPV6
        || frame.length() < MIN_BYTES
        || frame.u8(6) != ICMPV6
        || frame.u8(40) != SOLICITATION) {
      return false;
    }
    byte[] target =
        Arrays.copyOfRange(frame.array(), frame.at(TARGET), frame.at(TARGET + IP_BYTES));
    InetAddress solicited = Endpoints.of(target, 0).getAddress();
    for (IpPrefix mine : policy.config.addresses()) {
      long owner = ManagedAddresses.ownerOf(solicited, mine.address(), mine.bits(), networkId);
      if (owner == self) {
        return false;
      }
      if (owner != 0) {
        byte[] ours = mine.address().getAddress();
        advertise(frame, Macs.of(owner, networkId), target, ours);
        return true;
      }
    }
    return false;
  }

  private void advertise(FrameView solicitation, long ownerMac, byte[] target, byte[] ours) {
    byte[] body = body(target, ownerMac, 0);
    int checksum = checksum(target, ours, body);
    var out = new WireWriter();
    out.mac(solicitation.sourceMac()).mac(ownerMac).u16(EtherTypes.IPV6);
    out.u32(FIRST_LINE).u16(PAYLOAD_BYTES).u8(ICMPV6).u8(0xff);
    out.bytes(target).bytes(ours).bytes(body(target, ownerMac, checksum));
    output.deliverFrame(solicitation.network.id, out.array(), 0, out.size());
  }

  private static byte[] body(byte[] target, long ownerMac, int checksum) {
    return new WireWriter()
        .u16(ADVERTISEMENT)
        .u16(checksum)
        .u32(FLAGS_SOLICITED_OVERRIDE)
        .bytes(target)
        .u16(TARGET_LINK_ADDRESS)
        .mac(ownerMac)
        .toByteArray();
  }

  private static int checksum(byte[] source, byte[] destination, byte[] body) {
    var out = new WireWriter().bytes(source).bytes(destination);
    out.u32(PAYLOAD_BYTES).u32(ICMPV6).bytes(body);
    long sum = 0;
    for (int at = 0; at < out.size(); at += 2) {
      sum += BigEndian.u16(out.array(), at);
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) ~sum & 0xffff;
  }
}
