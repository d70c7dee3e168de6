// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;

/** Computes the characteristics bits of a frame (03 section 5.4.8). */
final class Characteristics {
  private static final long INBOUND = 1L << 63;
  private static final long MULTICAST = 1L << 62;
  private static final long BROADCAST = 1L << 61;
  private static final long IP_AUTHENTICATED = 1L << 60;
  private static final long MAC_AUTHENTICATED = 1L << 59;
  static final long TCP_FLAGS = 0x0fff;

  private static final int ICMPV6 = 58;
  private static final int NEIGHBOR_SOLICITATION = 0x87;
  private static final int NEIGHBOR_ADVERTISEMENT = 0x88;
  private static final int NEIGHBOR_MIN_BYTES = 64;
  private static final int ARP_MIN_BYTES = 28;

  /** Returns the bits that are set; those outside of the mask may be missing. */
  long of(FrameHeader frame, Parties parties, long wanted) {
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
    return (wanted & TCP_FLAGS) == 0 ? bits : bits | frame.tcpFlags();
  }

  private static boolean macAuthenticated(FrameHeader frame, Parties parties) {
    if (!frame.isInbound()) {
      return parties.self().ownsMac(frame.sourceMac());
    }
    return parties.remoteOwnsMac(frame.sourceMac());
  }

  private static boolean ipAuthenticated(FrameHeader frame, Parties parties) {
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

  private static boolean owned(FrameHeader frame, Parties parties, int at, int length) {
    byte[] bytes = frame.array();
    int start = frame.at(at);
    if (!frame.isInbound()) {
      return parties.self().ownsIp(bytes, start, length);
    }
    return parties.remoteOwnsIp(bytes, start, length)
        || (length == 16 && parties.rules().impliesOwnership(bytes, start));
  }
}
