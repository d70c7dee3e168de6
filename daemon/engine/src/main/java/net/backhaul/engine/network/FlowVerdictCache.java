// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import org.jspecify.annotations.Nullable;

/**
 * The last verdict on a TCP or UDP flow, so that rules are evaluated once per flow and batch.
 *
 * <p>Valid only for rules that depend on nothing that differs between frames of one flow: {@link
 * RuleTable#isFlowInvariant}. Cleared between batches, and when a credential is received.
 */
final class FlowVerdictCache {
  private static final int IPV4_WITHOUT_OPTIONS = 0x45;
  private static final int FRAGMENT = 0x3fff;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int IPV4_BYTES = 20;
  private static final int IPV6_BYTES = 40;
  private static final int PORTS_BYTES = 8;

  private @Nullable Policy policy;
  private @Nullable Member remote;
  private RuleVerdict verdict = RuleVerdict.DROP;
  private long source;
  private long destination;
  private long sourceMac;
  private long destinationMac;
  private int etherType;
  private int classAndProtocol;
  private int ports;
  private long address0;
  private long address1;
  private long address2;
  private long address3;

  void clear() {
    policy = null;
    remote = null;
  }

  /** Returns the verdict on the flow that a frame belongs to, or null if it is not cached. */
  @Nullable RuleVerdict get(FrameView frame) {
    return policy == frame.policy
            && remote == frame.remote
            && destination == frame.destination
            && source == frame.source
            && etherType == frame.etherType
            && destinationMac == frame.destinationMac
            && sourceMac == frame.sourceMac
            && isSameFlow(frame)
        ? verdict
        : null;
  }

  /** Caches the verdict on a frame; frames that belong to no flow are ignored. */
  void put(FrameView frame, RuleVerdict newVerdict) {
    int found = classAndProtocol(frame);
    if (found < 0) {
      return;
    }
    boolean v4 = frame.isIpv4();
    policy = frame.policy;
    remote = frame.remote;
    verdict = newVerdict;
    source = frame.source;
    destination = frame.destination;
    sourceMac = frame.sourceMac;
    destinationMac = frame.destinationMac;
    etherType = frame.etherType;
    classAndProtocol = found;
    ports = frame.int32(v4 ? IPV4_BYTES : IPV6_BYTES);
    address0 = frame.int64(v4 ? 12 : 8);
    address1 = v4 ? 0 : frame.int64(16);
    address2 = v4 ? 0 : frame.int64(24);
    address3 = v4 ? 0 : frame.int64(32);
  }

  private boolean isSameFlow(FrameView frame) {
    if (classAndProtocol(frame) != classAndProtocol) {
      return false;
    }
    if (frame.isIpv4()) {
      return frame.int64(12) == address0 && frame.int32(IPV4_BYTES) == ports;
    }
    return frame.int64(8) == address0
        && frame.int64(16) == address1
        && frame.int64(24) == address2
        && frame.int64(32) == address3
        && frame.int32(IPV6_BYTES) == ports;
  }

  /**
   * Returns traffic class and protocol of a TCP or UDP frame with ports at a fixed index, or -1.
   */
  private static int classAndProtocol(FrameView frame) {
    int protocol;
    int trafficClass;
    if (frame.isIpv4()) {
      if (frame.length() < IPV4_BYTES + PORTS_BYTES
          || frame.u8(0) != IPV4_WITHOUT_OPTIONS
          || (frame.u16(6) & FRAGMENT) != 0) {
        return -1;
      }
      trafficClass = frame.u8(1);
      protocol = frame.u8(9);
    } else if (frame.isIpv6() && frame.length() >= IPV6_BYTES + PORTS_BYTES) {
      trafficClass = frame.u16(0) >> 4;
      protocol = frame.u8(6);
    } else {
      return -1;
    }
    return protocol == TCP || protocol == UDP ? trafficClass << 8 | protocol : -1;
  }
}
