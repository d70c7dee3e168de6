// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.Party;

/** Computes the characteristics bits of a frame (03 section 5.4.8). */
final class PlainCharacteristics {
  private static final long INBOUND = 1L << 63;
  private static final long MULTICAST = 1L << 62;
  private static final long BROADCAST = 1L << 61;
  private static final long IP_AUTHENTICATED = 1L << 60;
  private static final long MAC_AUTHENTICATED = 1L << 59;
  private static final long TCP_FLAGS = 0x0fff;

  private static final int TCP = 6;
  private static final int ICMPV6 = 58;
  private static final int NEIGHBOR_SOLICITATION = 0x87;
  private static final int NEIGHBOR_ADVERTISEMENT = 0x88;
  private static final int NEIGHBOR_MIN_BYTES = 64;
  private static final int ARP_MIN_BYTES = 28;

  private final PlainIpv6 ipv6 = new PlainIpv6();

  /** Returns the bits that are set; those outside of the mask may be missing. */
  long of(FrameHeader frame, PlainParties parties, long wanted) {
    long bits = frame.isInbound() ? INBOUND : 0;
    if (Macs.isMulticast(frame.destinationMac())) {
      bits |= MULTICAST;
    }
    if (frame.destinationMac() == Macs.BROADCAST) {
      bits |= BROADCAST;
    }
    if ((wanted & IP_AUTHENTICATED) != 0 && ipAuthenticated(frame, parties)) {
      bits |= IP_AUTHENTICATED;
    }
    if ((wanted & MAC_AUTHENTICATED) != 0 && macAuthenticated(frame, parties)) {
      bits |= MAC_AUTHENTICATED;
    }
    return (wanted & TCP_FLAGS) == 0 ? bits : bits | tcpFlags(frame);
  }

  private long tcpFlags(FrameHeader frame) {
    int at = -1;
    if (frame.isIpv4()) {
      at = frame.u8(9) == TCP ? frame.ipv4HeaderBytes() : -1;
    } else if (frame.isIpv6()) {
      at = ipv6.walk(frame);
      at = at >= 0 && ipv6.protocol() == TCP && frame.length() > at + 14 ? at : -1;
    }
    return at < 0 ? 0 : (frame.u8(at + 12) & 0x0f) << 8 | frame.u8(at + 13);
  }

  private static boolean macAuthenticated(FrameHeader frame, PlainParties parties) {
    if (!frame.isInbound()) {
      return parties.self().ownsMac(frame.sourceMac());
    }
    Party remote = parties.remote();
    return remote != null && remote.ownsMac(frame.sourceMac());
  }

  private static boolean ipAuthenticated(FrameHeader frame, PlainParties parties) {
    if (frame.isIpv4()) {
      return owned(frame, parties, 12, 4);
    }
    if (frame.isIpv6()) {
      if (frame.length() >= NEIGHBOR_MIN_BYTES && frame.u8(6) == ICMPV6) {
        switch (frame.u8(40)) {
          case NEIGHBOR_SOLICITATION -> {
            return true;
          }
          case NEIGHBOR_ADVERTISEMENT -> {
            return owned(frame, parties, 48, 16);
          }
          default -> {}
        }
      }
      return owned(frame, parties, 8, 16);
    }
    return frame.etherType() == EtherTypes.ARP
        && frame.length() >= ARP_MIN_BYTES
        && owned(frame, parties, 14, 4);
  }

  private static boolean owned(FrameHeader frame, PlainParties parties, int at, int length) {
    byte[] bytes = frame.array();
    int start = frame.at(at);
    if (!frame.isInbound()) {
      return parties.self().ownsIp(bytes, start, length);
    }
    Party remote = parties.remote();
    return (remote != null && remote.ownsIp(bytes, start, length))
        || (length == 16 && parties.settings().impliesOwnership(bytes, start));
  }
}
