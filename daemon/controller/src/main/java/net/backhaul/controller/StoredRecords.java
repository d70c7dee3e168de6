// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/** All records of a controller, as a store has read them. */
public record StoredRecords(
    List<NetworkRecord> networks, List<MemberRecord> members, List<BlockedAddress> blocked) {
  public static final StoredRecords NONE = new StoredRecords(List.of(), List.of(), List.of());

  public StoredRecords {
    networks = List.copyOf(networks);
    members = List.copyOf(members);
    blocked = List.copyOf(blocked);
  }
}
