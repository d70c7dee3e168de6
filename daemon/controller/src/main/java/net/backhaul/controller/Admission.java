// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.TreeMap;

/** Whom a network takes, and with what (04 sections 5.7 and 5.8). */
final class Admission {
  private static final long U32 = 0xffff_ffffL;

  private Admission() {}

  /** Returns a member's standing, which may rise by its asking alone. */
  static Standing standing(NetworkRecord network, MemberRecord member, Asked asked, long nowMs) {
    if (member.authorized()) {
      return member.standing();
    }
    if (!network.isPrivate()) {
      return member.standing().authorize(Standing.BY_PUBLIC, null, nowMs);
    }
    Long untilMs = network.authTokens().get(asked.token());
    if (!asked.token().isEmpty() && untilMs != null && (untilMs == 0 || untilMs > nowMs)) {
      return member.standing().authorize(Standing.BY_TOKEN, asked.token(), nowMs);
    }
    return member.standing();
  }

  /** Returns whether a newcomer is one more than come into being by asking. */
  static boolean isFull(NetworkState network, MemberRecord newcomer) {
    int strangers = network.memberCount() - network.authorizedCount();
    return network.memberCount() >= Controller.MAX_MEMBERS
        || (!newcomer.authorized() && strangers >= Controller.MAX_STRANGERS);
  }

  /** Returns whether a network wants the member to log in first. */
  static boolean wantsLogin(NetworkRecord network, MemberRecord member, long nowMs) {
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
