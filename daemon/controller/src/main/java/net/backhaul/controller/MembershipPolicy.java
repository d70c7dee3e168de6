// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.TreeMap;

/** The authorization of members of a network, and their defaults (04 sections 5.7 and 5.8). */
final class MembershipPolicy {
  private static final long U32 = 0xffff_ffffL;

  private MembershipPolicy() {}

  /**
   * Returns a member's authorization; on a public network or with a valid token the request itself
   * authorizes it.
   */
  static Authorization authorization(
      NetworkRecord network, MemberRecord member, LastRequest request, long nowMs) {
    if (member.authorized()) {
      return member.authorization();
    }
    if (!network.isPrivate()) {
      return member.authorization().authorize(Authorization.BY_PUBLIC, null, nowMs);
    }
    Long untilMs = network.authTokens().get(request.stated().token());
    if (!request.stated().token().isEmpty()
        && untilMs != null
        && (untilMs == 0 || untilMs > nowMs)) {
      return member
          .authorization()
          .authorize(Authorization.BY_TOKEN, request.stated().token(), nowMs);
    }
    return member.authorization();
  }

  /** Returns whether a new member exceeds the limits of members that requests create. */
  static boolean isFull(NetworkState network, MemberRecord newMember) {
    int unauthorized = network.memberCount() - network.authorizedCount();
    return network.memberCount() >= RecordLimits.MAX_MEMBERS
        || (!newMember.authorized() && unauthorized >= RecordLimits.MAX_UNAUTHORIZED_MEMBERS);
  }

  /** Returns whether a member must log in by single sign-on first. */
  static boolean requiresLogin(NetworkRecord network, MemberRecord member, long nowMs) {
    return network.ssoEnabled()
        && !member.settings().ssoExempt()
        && member.settings().authenticationExpiryMs() <= nowMs;
  }

  /** Adds the default tags that a member lacks, and the default capabilities if it is new. */
  static MemberRecord withDefaults(NetworkRecord network, MemberRecord member, boolean isNew) {
    MemberSettings settings = member.settings();
    var tags = new TreeMap<>(settings.tags());
    for (TagDefinition tag : network.tags()) {
      if (tag.defaultValue() != null) {
        tags.putIfAbsent(tag.id() & U32, tag.defaultValue() & U32);
      }
    }
    MemberSettings.Builder changed = settings.toBuilder().tags(tags);
    if (isNew) {
      changed.capabilities(
          network.capabilities().stream()
              .filter(CapabilityDefinition::isDefault)
              .map(CapabilityDefinition::id)
              .toList());
    }
    return member.withSettings(changed.build());
  }
}
