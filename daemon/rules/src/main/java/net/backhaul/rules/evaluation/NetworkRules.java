// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.Arrays;
import java.util.List;
import net.backhaul.protocol.network.Rule;

/**
 * The rules of a network that apply to all its members, as one of them has them in its
 * configuration.
 *
 * @param table those rules
 * @param unknownMatchesMatch whether matches of unknown types match (03 section 5.4.9)
 * @param impliedPrefixes prefixes in which an IPv6 address belongs to a remote member without a
 *     certificate of ownership (03 section 5.4.8); in bytes
 */
public record NetworkRules(
    RuleTable table, boolean unknownMatchesMatch, List<byte[]> impliedPrefixes) {
  public NetworkRules {
    impliedPrefixes = List.copyOf(impliedPrefixes);
  }

  /** Compiles rules of a network without emulation of neighbour discovery. */
  public static NetworkRules of(List<Rule> rules) {
    return new NetworkRules(new RuleTable(rules), false, List.of());
  }

  /** Returns whether an IPv6 address belongs to a remote member by its prefix. */
  public boolean impliesOwnership(byte[] bytes, int start) {
    for (int i = 0; i < impliedPrefixes.size(); i++) {
      byte[] prefix = impliedPrefixes.get(i);
      if (Arrays.equals(prefix, 0, prefix.length, bytes, start, start + prefix.length)) {
        return true;
      }
    }
    return false;
  }
}
