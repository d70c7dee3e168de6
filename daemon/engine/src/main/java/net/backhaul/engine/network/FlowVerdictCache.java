// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.RuleVerdict;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts on recent TCP and UDP flows, so that rules are not evaluated on each of their
 * frames.
 *
 * <p>Valid only for rules that depend on nothing that differs between frames of one flow: {@link
 * Parties#isFlowInvariant}. The flags of TCP on which rules depend are part of what identifies a
 * flow. So are the parties, which are other ones after a change of a configuration or credential:
 * an outdated verdict is never found. Set-associative: a new flow replaces one that has the same
 * set, so that many flows cost evaluations, and nothing else.
 */
final class FlowVerdictCache {
  static final int SETS = 64;
  static final int WAYS = 2;

  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int PORTS_BYTES = 8;
  private static final int TCP_FLAGS_END = 15;
  private static final int TOS_SHIFT = 56;
  private static final int PROTOCOL_SHIFT = 48;

  /** An odd number without pattern, of which the upper bits of a product are a hash. */
  private static final long HASH_FACTOR = 0x9e37_79b9_7f4a_7c15L;

  private final Flow[] flows = new Flow[SETS * WAYS];

  /** The way of each set that the next new flow replaces. */
  private final byte[] victims = new byte[SETS];

  private Flow latest;

  // The flow of the current frame.
  private long address0;
  private long address1;
  private long address2;
  private long address3;
  private long transport;

  /** A flow with its verdict. */
  private static final class Flow {
    @Nullable Parties parties;
    RuleVerdict verdict = RuleVerdict.DROP;
    long source;
    long destination;
    long sourceMac;
    long destinationMac;
    int etherType;
    long address0;
    long address1;
    long address2;
    long address3;
    long transport;
  }

  FlowVerdictCache() {
    for (int i = 0; i < flows.length; i++) {
      flows[i] = new Flow();
    }
    latest = flows[0];
  }

  /** Releases the parties of all flows. */
  void clear() {
    for (Flow flow : flows) {
      flow.parties = null;
    }
  }

  /** Returns the verdict on the flow that a frame belongs to, or null if it is not cached. */
  @Nullable RuleVerdict get(FrameHeader frame, Parties parties) {
    if (!identify(frame, parties)) {
      return null;
    }
    if (is(latest, frame, parties)) {
      return latest.verdict;
    }
    int set = set();
    for (int way = 0; way < WAYS; way++) {
      Flow flow = flows[set * WAYS + way];
      if (is(flow, frame, parties)) {
        latest = flow;
        victims[set] = (byte) (WAYS - 1 - way);
        return flow.verdict;
      }
    }
    return null;
  }

  /** Caches the verdict on a frame; frames that belong to no flow are ignored. */
  void put(FrameHeader frame, Parties parties, RuleVerdict verdict) {
    if (!identify(frame, parties)) {
      return;
    }
    int set = set();
    int way = victims[set];
    victims[set] = (byte) ((way + 1) % WAYS);
    Flow flow = flows[set * WAYS + way];
    flow.parties = parties;
    flow.verdict = verdict;
    flow.source = frame.source();
    flow.destination = frame.destination();
    flow.sourceMac = frame.sourceMac();
    flow.destinationMac = frame.destinationMac();
    flow.etherType = frame.etherType();
    flow.address0 = address0;
    flow.address1 = address1;
    flow.address2 = address2;
    flow.address3 = address3;
    flow.transport = transport;
    latest = flow;
  }

  private boolean is(Flow flow, FrameHeader frame, Parties parties) {
    return flow.parties == parties
        && flow.transport == transport
        && flow.address0 == address0
        && flow.address1 == address1
        && flow.address2 == address2
        && flow.address3 == address3
        && flow.destination == frame.destination()
        && flow.source == frame.source()
        && flow.etherType == frame.etherType()
        && flow.destinationMac == frame.destinationMac()
        && flow.sourceMac == frame.sourceMac();
  }

  private int set() {
    long hash = (address0 + transport) * HASH_FACTOR + address1;
    hash = (hash ^ address2) * HASH_FACTOR + address3;
    return (int) (hash * HASH_FACTOR >>> Long.SIZE - Integer.numberOfTrailingZeros(SETS));
  }

  /**
   * Reads what identifies the flow of a frame and all that rules see of it: addresses, traffic
   * class, protocol, ports, and flags of TCP. Header lengths are not part of it: rules see only
   * what the header chain leads to.
   *
   * @return false if the frame belongs to no flow of TCP or UDP with complete ports and flags
   */
  private boolean identify(FrameHeader frame, Parties parties) {
    int at;
    int protocol;
    int trafficClass;
    if (frame.isIpv4()) {
      at = frame.ipv4HeaderBytes();
      protocol = frame.u8(9);
      trafficClass = frame.u8(1);
      address0 = frame.int64(12);
      address1 = 0;
      address2 = 0;
      address3 = 0;
    } else if (frame.isIpv6()) {
      at = frame.ipv6PayloadAt();
      if (at < 0) {
        return false;
      }
      protocol = frame.ipv6Protocol();
      trafficClass = frame.u16(0) >>> 4 & 0xff;
      address0 = frame.int64(8);
      address1 = frame.int64(16);
      address2 = frame.int64(24);
      address3 = frame.int64(32);
    } else {
      return false;
    }
    int length = frame.length();
    if ((protocol != TCP && protocol != UDP) || length < at + PORTS_BYTES) {
      return false;
    }
    int flags = protocol == TCP ? parties.tcpFlags(frame.isInbound()) : 0;
    if (flags != 0) {
      if (length < at + TCP_FLAGS_END) {
        return false;
      }
      flags &= frame.tcpFlags();
    }
    transport =
        (long) trafficClass << TOS_SHIFT
            | (long) protocol << PROTOCOL_SHIFT
            | (long) flags << Integer.SIZE
            | frame.int32(at) & 0xffff_ffffL;
    return true;
  }
}
