// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.List;
import java.util.TreeMap;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.DirectoryUpdate;
import org.jspecify.annotations.Nullable;

/** The members of a joined network, collected from updates of its controller (03 section 3.8). */
final class MemberDirectory {
  /** The result of an update. */
  enum Progress {
    /** Another update is needed: changes before or after this one are missing. */
    INCOMPLETE,
    COMPLETE,
    /** It is not newer than what is held, or has more members than the maximum. */
    REJECTED
  }

  private final TreeMap<Long, DirectoryEntry> members = new TreeMap<>();
  private long revision;
  private long latest;

  /** Returns the revision to state in requests; 0 without a member, so that all is sent again. */
  long heldRevision() {
    return members.isEmpty() ? 0 : revision;
  }

  /** Applies an update whose signature was verified. */
  Progress apply(DirectoryUpdate update) {
    boolean isOlder = update.revision() < revision;
    if (isOlder || (update.revision() == revision && !members.isEmpty())) {
      return Progress.REJECTED;
    }
    if (!update.isWhole() && update.base() > heldRevision()) {
      return Progress.INCOMPLETE;
    }
    if (!fits(update)) {
      return Progress.REJECTED;
    }
    if (update.isWhole()) {
      members.clear();
    }
    for (DirectoryEntry entry : update.entries()) {
      if (entry.isRemoved()) {
        members.remove(entry.address());
      } else {
        members.put(entry.address(), entry);
      }
    }
    revision = update.revision();
    latest = update.latest();
    return revision == latest ? Progress.COMPLETE : Progress.INCOMPLETE;
  }

  private boolean fits(DirectoryUpdate update) {
    int held = update.isWhole() ? 0 : members.size();
    return held + update.entries().size() <= 2 * DirectoryUpdate.MAX_MEMBERS;
  }

  /** Removes all members; older updates are rejected afterwards as well. Returns false if none. */
  boolean clear() {
    boolean hadAny = !members.isEmpty();
    members.clear();
    return hadAny;
  }

  /** Returns a snapshot; null without a directory. */
  @Nullable NetworkDirectory snapshot(long networkId) {
    return members.isEmpty()
        ? null
        : new NetworkDirectory(
            networkId, revision, revision == latest, List.copyOf(members.values()));
  }
}
