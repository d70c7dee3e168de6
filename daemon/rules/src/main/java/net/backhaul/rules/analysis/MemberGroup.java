// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Members that the rules cannot distinguish.
 *
 * @param members at least one
 */
record MemberGroup(List<MemberCredentials> members) {
  private static final int SHOWN = 3;

  MemberGroup {
    members = List.copyOf(members);
  }

  /** What rules distinguish members by. */
  private record Key(SortedMap<Long, Long> tags, SortedSet<Long> capabilities, long address) {}

  /** Groups members, in the order of the first of each group. */
  static List<MemberGroup> of(RuleModel model, List<MemberCredentials> members) {
    SortedSet<Long> addresses = model.memberAddresses();
    boolean alone = model.dependsOnAddresses();
    var groups = new LinkedHashMap<Key, List<MemberCredentials>>();
    for (MemberCredentials each : members) {
      boolean isNamed = alone || addresses.contains(each.address());
      var capabilities = new TreeSet<>(each.capabilities());
      capabilities.retainAll(model.capabilityIds());
      groups
          .computeIfAbsent(
              new Key(model.tags(each), capabilities, isNamed ? each.address() : 0),
              key -> new ArrayList<>())
          .add(each);
    }
    return groups.values().stream().map(MemberGroup::new).toList();
  }

  MemberCredentials first() {
    return members.getFirst();
  }

  /** Returns another member than a given one, where there is one. */
  List<MemberCredentials> firstTwo(boolean isSender) {
    return List.of(isSender || members.size() == 1 ? first() : members.get(1));
  }

  /** Returns the pair of members that stands for frames from this group to another. */
  MemberCredentials receiver(MemberGroup from) {
    return from == this && members.size() > 1 ? members.get(1) : first();
  }

  String label() {
    var text = new StringBuilder();
    for (int i = 0; i < Math.min(SHOWN, members.size()); i++) {
      text.append(i == 0 ? "" : ", ").append(members.get(i).label());
    }
    int more = members.size() - SHOWN;
    return text + (more > 0 ? " and " + more + " more" : "");
  }
}
