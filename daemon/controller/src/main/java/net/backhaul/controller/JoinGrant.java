// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a join token gives a member.
 *
 * @param authorizes whether the member is authorized; otherwise it waits, with the rest of this
 * @param memberName empty for none
 * @param annotations notes and labels
 * @param tags values by id, both 32 bits
 * @param addresses assigned to the member
 */
public record JoinGrant(
    boolean authorizes,
    String memberName,
    Annotations annotations,
    Map<Long, Long> tags,
    List<InetAddress> addresses) {
  public JoinGrant {
    tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    addresses = List.copyOf(addresses);
  }

  /** Returns a member with what this gives it; what it has beside that stays. */
  MemberRecord apply(MemberRecord member, String credential, long nowMs) {
    MemberSettings before = member.settings();
    var allTags = new TreeMap<>(before.tags());
    allTags.putAll(tags);
    var allAddresses = new LinkedHashSet<>(before.ipAssignments());
    allAddresses.addAll(addresses);
    MemberSettings settings =
        before.toBuilder()
            .name(memberName.isEmpty() ? before.name() : memberName)
            .tags(allTags)
            .ipAssignments(new ArrayList<>(allAddresses))
            .build();
    MemberRecord changed = member.withSettings(settings).withAnnotations(merged(member));
    return authorizes
        ? changed.withAuthorization(
            member.authorization().authorize(Authorization.BY_TOKEN, credential, nowMs))
        : changed;
  }

  private Annotations merged(MemberRecord member) {
    Annotations before = member.annotations();
    var labels = new LinkedHashSet<>(before.labels());
    labels.addAll(annotations.labels());
    return new Annotations(
        annotations.notes().isEmpty() ? before.notes() : annotations.notes(),
        labels.stream().limit(Annotations.MAX_LABELS).toList());
  }
}
