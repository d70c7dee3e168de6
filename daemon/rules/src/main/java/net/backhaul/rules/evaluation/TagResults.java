// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import org.jspecify.annotations.Nullable;

/**
 * The results of the tag matches of one table for one pair of members, by the index of the match.
 *
 * @param outbound for frames that are sent
 * @param inbound for frames that are received
 * @param observing for frames that are received as an observer
 * @param admittedOutbound with an index, the sets that may match with these results
 * @param admittedInbound likewise for frames that are received
 * @param all with an index, all sets
 */
@SuppressWarnings("ArrayRecordComponent")
record TagResults(
    byte[] outbound,
    byte[] inbound,
    byte[] observing,
    long[] admittedOutbound,
    long[] admittedInbound,
    long[] all) {
  private static final long[] NO_BITS = {};
  private static final TagResults NONE =
      new TagResults(new byte[0], new byte[0], new byte[0], NO_BITS, NO_BITS, NO_BITS);

  static TagResults of(RuleTable table, Party self, @Nullable Party remote) {
    int count = table.tagMatchCount();
    SetIndex index = table.program().index();
    if (count == 0 && index == null) {
      return NONE;
    }
    byte[] outbound = new byte[count];
    byte[] inbound = new byte[count];
    byte[] observing = new byte[count];
    for (int i = 0; i < count; i++) {
      TagMatch match = table.tagMatch(i);
      long mine = self.tag(match.id());
      long theirs = remote == null ? Party.NO_TAG : remote.tag(match.id());
      outbound[i] = match.result(mine, theirs, false, false);
      inbound[i] = match.result(mine, theirs, true, false);
      observing[i] = match.result(mine, theirs, true, true);
    }
    if (index == null) {
      return new TagResults(outbound, inbound, observing, NO_BITS, NO_BITS, NO_BITS);
    }
    long[] all = index.all();
    return count == 0
        ? new TagResults(outbound, inbound, observing, all, all, all)
        : new TagResults(
            outbound, inbound, observing, index.admitted(outbound), index.admitted(inbound), all);
  }
}
