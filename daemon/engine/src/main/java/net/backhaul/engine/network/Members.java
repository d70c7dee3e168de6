// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Comparator;
import java.util.List;
import net.backhaul.engine.LongMap;
import org.jspecify.annotations.Nullable;

/**
 * The members of a network that we have met.
 *
 * <p>On a public network every stranger is one, so their number has a limit: at it, the half that
 * was met longest ago is forgotten, those first of whom no credential and no revocation is known:
 * whoever is put out must not get in again by making us forget that.
 */
final class Members {
  static final int MAX_MEMBERS = 16_384;

  private final LongMap<Member> byAddress = new LongMap<>();

  @Nullable Member get(long address) {
    return byAddress.get(address);
  }

  /** Returns a member, made on demand. */
  Member touch(long address, long nowMs) {
    Member member = byAddress.get(address);
    if (member == null) {
      if (byAddress.size() >= MAX_MEMBERS) {
        forgetHalf();
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

  private void forgetHalf() {
    byAddress.values().stream()
        .sorted(
            Comparator.comparing(Member::isBlank)
                .reversed()
                .thenComparingLong(member -> member.touchedMs))
        .limit(MAX_MEMBERS / 2)
        .forEach(member -> byAddress.remove(member.address));
  }
}
