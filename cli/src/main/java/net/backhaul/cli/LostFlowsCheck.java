// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.LostFlows;
import net.backhaul.rules.analysis.MemberCredentials;

/** Rejects rules by which members that are online lose flows, unless they are forced. */
final class LostFlowsCheck {
  private static final int FAILED = 1;
  private static final int MAX_PAIRS = 10;
  private static final int MAX_FLOWS = 12;

  private LostFlowsCheck() {}

  /**
   * Ends the command where members that are online now would lose flows.
   *
   * @param members the authorized members of the network
   */
  static void verify(
      Session session, FlowEvaluator before, FlowEvaluator after, List<MemberCredentials> members)
      throws CliExit {
    long self = address(JsonObject.of(session.fetch("/status")));
    Set<Long> online = online(session);
    online.add(self);
    var compared = new ArrayList<MemberCredentials>();
    for (MemberCredentials each : members) {
      if (each.address() == self) {
        compared.addFirst(each);
      } else if (online.contains(each.address())) {
        compared.add(each);
      }
    }
    List<LostFlows.Lost> lost = LostFlows.find(before, after, compared);
    if (!lost.isEmpty()) {
      throw CliExit.err(text(lost, self), FAILED)
          .withHint(
              "nothing was set; to cut these flows between members that are online, add --force");
    }
  }

  private static Set<Long> online(Session session) throws CliExit {
    var online = new HashSet<Long>();
    for (JsonObject peer : JsonObject.listOf(session.fetch("/peer"))) {
      if (peer.objects("paths").stream().anyMatch(path -> path.flag("active"))
          || peer.flag("tunneled")) {
        online.add(address(peer));
      }
    }
    return online;
  }

  private static long address(JsonObject object) {
    return Lenient.hex(object.text("address", ""), 0) & Addresses.MASK;
  }

  private static String text(List<LostFlows.Lost> lost, long self) {
    var text = new StringBuilder();
    for (LostFlows.Lost each : lost.stream().limit(MAX_PAIRS).toList()) {
      text.append("  ").append(label(each.from(), self)).append(" -> ");
      text.append(label(each.to(), self)).append(": ");
      List<String> names = each.isAll() ? List.of("everything") : each.names();
      text.append(String.join(", ", names.subList(0, Math.min(MAX_FLOWS, names.size()))));
      int more = names.size() - MAX_FLOWS;
      text.append(more > 0 ? " and " + more + " more\n" : "\n");
    }
    int more = lost.size() - MAX_PAIRS;
    return more > 0 ? text + "  and " + more + " more pairs of members\n" : text.toString();
  }

  private static String label(MemberCredentials member, long self) {
    return Text.printable(member.label()) + (member.address() == self ? ", this host" : "");
  }
}
