// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import net.backhaul.rules.evaluation.FrameHeader;

/** The walk over the extension headers of IPv6 (03 section 5.4.3). */
final class PlainIpv6 {
  private int protocol;

  /** Returns the index of the payload, or -1 where the headers are truncated. */
  int walk(FrameHeader frame) {
    int at = 40;
    int next = frame.u8(6);
    while (at <= frame.length()) {
      if (next != 0 && next != 43 && next != 60 && next != 135) {
        protocol = next;
        return at;
      }
      if (at + 8 > frame.length()) {
        return -1;
      }
      next = frame.u8(at);
      at += 8 * frame.u8(at + 1) + 8;
    }
    return -1;
  }

  /** Returns the protocol found by the last successful {@link #walk}. */
  int protocol() {
    return protocol;
  }
}
