// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.network.DnsLabels;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a network: its authorized members, and the revision at which each has last
 * changed (03 section 3.8).
 *
 * <p>Each change of an entry has a revision of its own, so that an update can end at any of them.
 * Revisions follow the clock, so that they grow over restarts.
 */
final class DirectoryLog {
  /** Minimum time between two publications of a network. */
  static final long MIN_BETWEEN_MS = 1_000;

  /**
   * For this number of recipients or entries the next publication is a millisecond later: comparing
   * 20,000 members takes 40 to 80 ms.
   */
  static final int ENTRIES_PER_MS = 10;

  /** Maximum removed members recorded; who holds a directory from before gets it as a whole. */
  static final int MAX_REMOVED = 4_096;

  private static final int REVISIONS_PER_MS = 1_024;

  private final Map<Long, Stored> stored = new HashMap<>();
  private final TreeMap<Long, DirectoryEntry> byRevision = new TreeMap<>();

  /** The revisions of removed entries, ascending. */
  private final LinkedHashMap<Long, Long> removed = new LinkedHashMap<>();

  private boolean changed = true;
  private boolean isOn;
  private long ticket;
  private long nextPublicationMs;
  private long published;
  private long latest;

  /** The lowest revision from which an update can start. */
  private long floor;

  private record Stored(DirectoryEntry entry, long revision) {}

  /** Records that the network or a member may have changed. */
  void changed() {
    changed = true;
  }

  /** Returns when the next publication is due; {@link Long#MAX_VALUE} for none. */
  long nextPublicationMs(NetworkRecord network) {
    boolean isDue = (changed && (isOn || network.directory())) || latest > published;
    return isDue ? nextPublicationMs : Long.MAX_VALUE;
  }

  /** Returns whether it was never compared with the members. */
  boolean isNew() {
    return latest == 0;
  }

  /** Returns the ticket of the last change that the directory shows. */
  long ticket() {
    return ticket;
  }

  /**
   * Compares the directory with the members, and numbers what has changed.
   *
   * @param lastTicket of the last change of any record
   */
  void refresh(NetworkState network, long lastTicket, long nowMs) {
    if (!changed) {
      return;
    }
    changed = false;
    ticket = lastTicket;
    if (!network.record().directory()) {
      clear(nowMs);
      return;
    }
    if (!isOn) {
      isOn = true;
      floor = nextRevision(nowMs);
      latest = floor;
      published = floor;
    }
    Set<Long> present = new HashSet<>();
    for (DirectoryEntry entry : entries(network)) {
      present.add(entry.address());
      Stored before = stored.get(entry.address());
      if (before == null || !before.entry.equals(entry)) {
        put(entry, nowMs);
      }
    }
    for (long address : List.copyOf(stored.keySet())) {
      if (!present.contains(address)) {
        remove(address, nowMs);
      }
    }
  }

  /** Ends a directory that was switched off; a new one begins without members. */
  private void clear(long nowMs) {
    if (latest == 0) {
      latest = nextRevision(nowMs);
      published = latest;
    } else if (isOn) {
      isOn = false;
      stored.clear();
      byRevision.clear();
      removed.clear();
      latest = nextRevision(nowMs);
    }
  }

  private static List<DirectoryEntry> entries(NetworkState network) {
    List<MemberRecord> members =
        network.members().stream()
            .filter(MemberRecord::authorized)
            .sorted(
                Comparator.comparingLong(MemberRecord::createdMs)
                    .thenComparingLong(MemberRecord::address))
            .limit(DirectoryUpdate.MAX_MEMBERS)
            .toList();
    var names = new LinkedHashMap<Long, String>();
    members.forEach(member -> names.put(member.address(), member.settings().name()));
    Map<Long, String> labels = DnsLabels.assign(names);
    var entries = new ArrayList<DirectoryEntry>();
    for (MemberRecord member : members) {
      String label = labels.get(member.address());
      if (label != null) {
        entries.add(
            DirectoryEntry.of(
                member.address(),
                label,
                member.settings().name(),
                AddressAssignment.recorded(network.record(), member)));
      }
    }
    return entries;
  }

  private long nextRevision(long nowMs) {
    return Math.max(latest + 1, nowMs * REVISIONS_PER_MS);
  }

  private void put(DirectoryEntry entry, long nowMs) {
    removeRevision(entry.address());
    latest = nextRevision(nowMs);
    stored.put(entry.address(), new Stored(entry, latest));
    byRevision.put(latest, entry);
  }

  private void remove(long address, long nowMs) {
    removeRevision(address);
    stored.remove(address);
    latest = nextRevision(nowMs);
    byRevision.put(latest, DirectoryEntry.removed(address));
    removed.put(address, latest);
    if (removed.size() > MAX_REMOVED) {
      floor = removed.pollFirstEntry().getValue();
      byRevision.remove(floor);
    }
  }

  private void removeRevision(long address) {
    Stored before = stored.get(address);
    Long removedAt = removed.remove(address);
    if (before != null) {
      byRevision.remove(before.revision);
    }
    if (removedAt != null) {
      byRevision.remove(removedAt);
    }
  }

  /**
   * Returns the next update for a member; null if it holds all.
   *
   * @param held the revision that it holds, 0 for none; not of this controller if it is higher than
   *     the latest: then its clock was set back, and the member keeps what it has
   */
  @Nullable DirectoryUpdate updateSince(long held) {
    if (!isOn) {
      return held == 0 ? null : new DirectoryUpdate(0, latest, latest, List.of());
    }
    if (held >= latest) {
      return null;
    }
    long base = held < floor ? 0 : held;
    var entries = new ArrayList<DirectoryEntry>();
    for (DirectoryEntry each : byRevision.tailMap(base, false).values()) {
      if (base != 0 || !each.isRemoved()) {
        entries.add(each);
      }
    }
    int count = DirectoryUpdate.countThatFits(entries);
    if (count == entries.size()) {
      return new DirectoryUpdate(base, latest, latest, entries);
    }
    Stored last = stored.get(entries.get(count - 1).address());
    long address = entries.get(count - 1).address();
    long revision = last == null ? removed.getOrDefault(address, latest) : last.revision;
    return new DirectoryUpdate(base, revision, latest, entries.subList(0, count));
  }

  /** Returns the update since the last publication; null if nothing has changed. */
  @Nullable DirectoryUpdate publish(int recipients, long nowMs) {
    nextPublicationMs =
        nowMs + MIN_BETWEEN_MS + Math.max(recipients, stored.size()) / ENTRIES_PER_MS;
    // At the first one nobody holds a revision of this run: it is a whole directory.
    long held = published == floor ? 0 : published;
    DirectoryUpdate update = latest > published ? updateSince(held) : null;
    published = latest;
    return update;
  }
}
