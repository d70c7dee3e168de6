// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.rules.RulesException;
import org.jspecify.annotations.Nullable;

/**
 * Which members reach which others with a flow; those that the rules cannot distinguish are one.
 *
 * @param labels of the members, of rows and of columns
 * @param cells by sender and receiver
 */
public record ReachMatrix(List<String> labels, List<List<Cell>> cells) {
  /** Maximum kinds of members. */
  public static final int MAX_MEMBERS = 100;

  public ReachMatrix {
    labels = List.copyOf(labels);
    cells = cells.stream().map(List::copyOf).toList();
  }

  /** What becomes of a flow. */
  public enum Cell {
    ACCEPT("yes"),
    DROP("no"),
    /** The flow stands for several, and some of them are accepted. */
    SOME("some"),
    /** There is one such member, which sends nothing to itself. */
    SELF("-");

    private final String text;

    Cell(String text) {
      this.text = text;
    }

    /** Returns the word in a table. */
    public String text() {
      return text;
    }
  }

  /**
   * Returns the matrix of the members of a network; without any, of examples of members.
   *
   * @throws RulesException where there are too many members that the rules can distinguish
   */
  public static ReachMatrix of(KnownMembers members, FlowEvaluator evaluator, List<TestFlow> flows)
      throws RulesException {
    boolean hasMembers = !members.existing().isEmpty();
    List<MemberGroup> senders = groups(members, true);
    List<MemberGroup> receivers = hasMembers ? senders : groups(members, false);
    long frames = (long) senders.size() * receivers.size() * flows.size();
    if (senders.size() > MAX_MEMBERS || frames > RuleTests.MAX_FRAMES) {
      throw RulesException.at(
          "",
          0,
          "%d members that the rules can distinguish, with %d kinds of frames; at most %d, and %d frames."
              .formatted(senders.size(), flows.size(), MAX_MEMBERS, RuleTests.MAX_FRAMES),
          "Name a protocol and a port, or use rules explain.");
    }
    var rows = new ArrayList<List<Cell>>();
    for (MemberGroup from : senders) {
      var row = new ArrayList<Cell>();
      for (MemberGroup to : receivers) {
        row.add(cell(evaluator, from.first(), to.receiver(from), flows));
      }
      rows.add(row);
    }
    return new ReachMatrix(senders.stream().map(MemberGroup::label).toList(), rows);
  }

  private static List<MemberGroup> groups(KnownMembers members, boolean areSenders) {
    if (!members.existing().isEmpty()) {
      return MemberGroup.of(members.model(), members.existing());
    }
    return members.all(areSenders).stream().map(each -> new MemberGroup(List.of(each))).toList();
  }

  private static Cell cell(
      FlowEvaluator evaluator, MemberCredentials from, MemberCredentials to, List<TestFlow> flows) {
    if (from.address() == to.address()) {
      return Cell.SELF;
    }
    boolean some = false;
    boolean all = true;
    for (TestFlow flow : flows) {
      for (Outcome outcome : evaluator.outcomes(new Exchange(from, to, flow))) {
        some |= outcome.delivers();
        all &= outcome.delivers();
      }
    }
    return all ? Cell.ACCEPT : some ? Cell.SOME : Cell.DROP;
  }

  /** Returns the matrix as JSON. */
  public Map<String, @Nullable Object> json() {
    var rows = new ArrayList<@Nullable Object>();
    for (List<Cell> row : cells) {
      rows.add(row.stream().map(Cell::text).toList());
    }
    Map<String, @Nullable Object> json = Json.object();
    json.put("members", labels);
    json.put("reach", rows);
    return json;
  }
}
