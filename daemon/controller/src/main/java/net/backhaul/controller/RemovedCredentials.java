// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.RevokedCredential;

/** The tags and capabilities that members no longer have after a change of a record. */
final class RemovedCredentials {
  /**
   * Maximum capabilities of members that the removal of a definition revokes: those of the members
   * seen last; others expire.
   */
  static final int MAX_OF_NETWORK = 256;

  private static final long ID_MASK = 0xffff_ffffL;

  private RemovedCredentials() {}

  /** Returns what a member has by the settings before and not by those after a change. */
  static List<RevokedCredential> of(long member, MemberSettings before, MemberSettings after) {
    var removed = new ArrayList<RevokedCredential>();
    for (long tag : before.tags().keySet()) {
      if (!after.tags().containsKey(tag)) {
        removed.add(new RevokedCredential(member, Credential.TYPE_TAG, tag));
      }
    }
    for (long capability : before.capabilities()) {
      if (!after.capabilities().contains(capability)) {
        removed.add(
            new RevokedCredential(member, Credential.TYPE_CAPABILITY, capability & ID_MASK));
      }
    }
    return removed;
  }

  /**
   * Returns the capabilities of members whose definition was removed from a network.
   *
   * @param sinceMs members seen last before this time do not count
   */
  static List<RevokedCredential> of(NetworkState network, NetworkRecord before, long sinceMs) {
    Set<Long> ids = ids(before);
    ids.removeAll(ids(network.record()));
    var removed = new ArrayList<RevokedCredential>();
    if (ids.isEmpty()) {
      return removed;
    }
    for (long address : network.seenSince(sinceMs)) {
      NetworkState.MemberState member = network.member(address);
      if (member == null) {
        continue;
      }
      for (long id : member.record().settings().capabilities()) {
        if (ids.contains(id) && removed.size() < MAX_OF_NETWORK) {
          removed.add(new RevokedCredential(address, Credential.TYPE_CAPABILITY, id & ID_MASK));
        }
      }
    }
    return removed;
  }

  private static Set<Long> ids(NetworkRecord network) {
    var ids = new HashSet<Long>();
    network.capabilities().forEach(each -> ids.add(each.id()));
    return ids;
  }
}
