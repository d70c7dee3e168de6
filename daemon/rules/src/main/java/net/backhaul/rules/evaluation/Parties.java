// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * The rules of a network as one member evaluates them on frames to or from another. Immutable: two
 * frames with equal headers get the same decision from the same parties, unless it depends on
 * chance.
 */
public final class Parties {
  private final NetworkRules rules;
  private final Party self;
  private final @Nullable Party remote;
  private final TagResults networkTags;

  /** Of our capabilities for frames that are sent, of the remote member's for others. */
  private final TagResults[] ownTags;

  private final TagResults[] remoteTags;
  private final boolean isFlowInvariantOutbound;
  private final boolean isFlowInvariantInbound;
  private final int tcpFlagsOutbound;
  private final int tcpFlagsInbound;

  /**
   * Creates the parties of a frame.
   *
   * @param self the member that evaluates
   * @param remote the sender of inbound frames and recipient of outbound ones; null where there is
   *     no single recipient, or where it is unknown
   */
  public Parties(NetworkRules rules, Party self, @Nullable Party remote) {
    this.rules = rules;
    this.self = self;
    this.remote = remote;
    networkTags = TagResults.of(rules.table(), self, remote);
    ownTags = capabilityTags(self);
    remoteTags = remote == null ? new TagResults[0] : capabilityTags(remote);
    isFlowInvariantOutbound = isFlowInvariant(rules, self);
    isFlowInvariantInbound = isFlowInvariant(rules, remote);
    tcpFlagsOutbound = tcpFlags(rules, self);
    tcpFlagsInbound = tcpFlags(rules, remote);
  }

  private TagResults[] capabilityTags(Party holder) {
    var results = new TagResults[holder.capabilityCount()];
    for (int i = 0; i < results.length; i++) {
      results[i] = TagResults.of(holder.capability(i).table(), self, remote);
    }
    return results;
  }

  private static boolean isFlowInvariant(NetworkRules rules, @Nullable Party holder) {
    boolean flows = rules.table().isFlowInvariant();
    for (int i = 0; holder != null && i < holder.capabilityCount(); i++) {
      flows &= holder.capability(i).table().isFlowInvariant();
    }
    return flows;
  }

  private static int tcpFlags(NetworkRules rules, @Nullable Party holder) {
    int flags = rules.table().tcpFlags();
    for (int i = 0; holder != null && i < holder.capabilityCount(); i++) {
      flags |= holder.capability(i).table().tcpFlags();
    }
    return flags;
  }

  /**
   * Returns whether all frames of one TCP or UDP flow with the same {@link #tcpFlags} get the same
   * verdict, and no copies.
   */
  public boolean isFlowInvariant(boolean inbound) {
    return inbound ? isFlowInvariantInbound : isFlowInvariantOutbound;
  }

  /** Returns the flags of TCP on which a verdict depends, as in {@link FrameHeader#tcpFlags}. */
  public int tcpFlags(boolean inbound) {
    return inbound ? tcpFlagsInbound : tcpFlagsOutbound;
  }

  /** Returns the results of the tag matches of the network's rules. */
  TagResults networkTags() {
    return networkTags;
  }

  /** Returns the results of the tag matches of a capability of the {@link #sender}. */
  TagResults capabilityTags(boolean inbound, int i) {
    return inbound ? remoteTags[i] : ownTags[i];
  }

  NetworkRules rules() {
    return rules;
  }

  Party self() {
    return self;
  }

  /** Returns the value of a tag of the remote member, or {@link Party#NO_TAG}. */
  public long remoteTag(long id) {
    Party party = remote;
    return party == null ? Party.NO_TAG : party.tag(id);
  }

  /** Returns the member whose capabilities apply: the sender of the frame. */
  @Nullable Party sender(boolean inbound) {
    return inbound ? remote : self;
  }

  boolean remoteOwnsIp(byte[] bytes, int start, int length) {
    Party party = remote;
    return party != null && party.ownsIp(bytes, start, length);
  }

  boolean remoteOwnsMac(long mac) {
    Party party = remote;
    return party != null && party.ownsMac(mac);
  }
}
