// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Lenient;
import net.backhaul.rules.analysis.MemberCredentials;

/** Members as rules see them. */
public final class RuleMembers {
  private RuleMembers() {}

  /** Returns what rules depend on of those members that are authorized. */
  public static List<MemberCredentials> of(List<MemberRecord> members) {
    var all = new ArrayList<MemberCredentials>();
    for (MemberRecord each : members) {
      if (each.authorized()) {
        all.add(
            new MemberCredentials(
                each.address(),
                Lenient.string(MemberJson.write(each).get("name"), ""),
                false,
                new TreeMap<>(each.settings().tags()),
                new TreeSet<>(each.settings().capabilities()),
                each.settings().ipAssignments()));
      }
    }
    return all;
  }
}
