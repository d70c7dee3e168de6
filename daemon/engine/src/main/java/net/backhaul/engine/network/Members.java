// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Comparator;
import java.util.List;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.NodeOptions;
import org.jspecify.annotations.Nullable;

/**
 * The known members of a network.
 *
 * <p>On a public network every peer is one, so their number has a limit: at it the half that was
 * active longest ago is evicted, and first those without a credential or a revocation. A revocation
 * is evicted last, so that a revoked member can't be accepted again by filling this table.
 */
final class Members {
  static final int MAX_MEMBERS = NodeOptions.DEFAULT_MAX_MEMBERS;

  private int maxMembers = MAX_MEMBERS;

  private final LongMap<Member> byAddress = new LongMap<>();

  /** Sets the maximum number of members; where there are more, some are evicted with the next. */
  void limit(int membersAtMost) {
    maxMembers = membersAtMost;
  }

  @Nullable Member get(long address) {
    return byAddress.get(address);
  }

  /** Returns a member, created on demand. */
  Member touch(long address, long nowMs) {
    Member member = byAddress.get(address);
    if (member == null) {
      if (byAddress.size() >= maxMembers) {
        evictHalf();
      }
      member = new Member(address, nowMs);
      byAddress.put(address, member);
    }
    member.touchedMs = nowMs;
    return member;
  }

  List<Member> all() {
    return byAddress.values();
  }

  private void evictHalf() {
    byAddress.values().stream()
        .sorted(
            Comparator.comparing(Member::isBlank)
                .reversed()
                .thenComparingLong(member -> member.touchedMs))
        .limit(byAddress.size() - maxMembers / 2)
        .forEach(member -> byAddress.remove(member.address));
  }
}
