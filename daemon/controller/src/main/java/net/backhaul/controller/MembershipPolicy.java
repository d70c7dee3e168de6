// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.TreeMap;

/** Whom a network takes, and with what (04 sections 5.7 and 5.8). */
final class MembershipPolicy {
  private static final long U32 = 0xffff_ffffL;

  private MembershipPolicy() {}

  /** Returns a member's authorization, which may rise by its asking alone. */
  static Authorization authorization(
      NetworkRecord network, MemberRecord member, LastRequest asked, long nowMs) {
    if (member.authorized()) {
      return member.authorization();
    }
    if (!network.isPrivate()) {
      return member.authorization().authorize(Authorization.BY_PUBLIC, null, nowMs);
    }
    Long untilMs = network.authTokens().get(asked.token());
    if (!asked.token().isEmpty() && untilMs != null && (untilMs == 0 || untilMs > nowMs)) {
      return member.authorization().authorize(Authorization.BY_TOKEN, asked.token(), nowMs);
    }
    return member.authorization();
  }

  /** Returns whether a newcomer is one more than come into being by asking. */
  static boolean isFull(NetworkState network, MemberRecord newcomer) {
    int strangers = network.memberCount() - network.authorizedCount();
    return network.memberCount() >= Controller.MAX_MEMBERS
        || (!newcomer.authorized() && strangers >= Controller.MAX_UNAUTHORIZED_MEMBERS);
  }

  /** Returns whether a network wants the member to log in first. */
  static boolean requiresLogin(NetworkRecord network, MemberRecord member, long nowMs) {
    return network.ssoEnabled()
        && !member.settings().ssoExempt()
        && member.settings().authenticationExpiryMs() <= nowMs;
  }

  /** Gives a member the default tags that it lacks, and the default capabilities if it is new. */
  static MemberRecord withDefaults(NetworkRecord network, MemberRecord member, boolean isNew) {
    MemberSettings settings = member.settings();
    var tags = new TreeMap<>(settings.tags());
    for (TagDefinition tag : network.tags()) {
      if (tag.initial() != null) {
        tags.putIfAbsent(tag.id() & U32, tag.initial() & U32);
      }
    }
    settings = settings.withTags(tags);
    if (isNew) {
      settings =
          settings.withCapabilities(
              network.capabilities().stream()
                  .filter(CapabilityDefinition::isDefault)
                  .map(CapabilityDefinition::id)
                  .toList());
    }
    return member.withSettings(settings);
  }
}
