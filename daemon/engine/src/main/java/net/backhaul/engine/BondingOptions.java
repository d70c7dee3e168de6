// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which peers are reached over several paths at a time, and how (02 section 3.10).
 *
 * @param common the policy of all other peers, or null
 * @param peers the policies of certain peers
 */
public record BondingOptions(@Nullable BondPolicy common, Map<Long, BondPolicy> peers) {
  /** No peer is bonded. */
  public static final BondingOptions NONE = new BondingOptions(null, Map.of());

  public BondingOptions {
    peers = Map.copyOf(peers);
  }

  /** Bonds all peers by one policy. */
  public BondingOptions(BondPolicy common) {
    this(common, Map.of());
  }

  /** Returns whether any peer may be bonded. */
  public boolean isOn() {
    return common != null || !peers.isEmpty();
  }

  /** Returns the policy of a peer, or null. */
  public @Nullable BondPolicy policy(long peer) {
    return peers.getOrDefault(peer, common);
  }
}
