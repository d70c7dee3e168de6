// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.RevokedCredential;

/** Adds the notifications of members that changes of records require. */
final class ChangeNotices {
  private final RecordTable records;
  private final NotificationQueue notifications;

  ChangeNotices(RecordTable records, NotificationQueue notifications) {
    this.records = records;
    this.notifications = notifications;
  }

  /** Adds pushes of the configuration to all members that are online. */
  void pushToAll(NetworkState network, long ticket, long nowMs) {
    long id = network.record().id();
    for (long member : network.seenSince(nowMs - Controller.ONLINE_MS)) {
      notifications.add(ticket, new PendingNotification.ConfigPush(id, member));
    }
  }

  /** Adds a push to a member if it is online. */
  void push(NetworkState network, long address, long ticket, long nowMs) {
    LastRequest last = network.lastRequest(address);
    if (last != null && nowMs - last.seenMs() < Controller.ONLINE_MS) {
      notifications.add(ticket, new PendingNotification.ConfigPush(network.record().id(), address));
    }
  }

  /** Adds the revocation of a membership for those who believe in it. */
  void addRevocation(MemberRecord target, List<Long> recipients, long ticket, long thresholdMs) {
    if (!recipients.isEmpty()) {
      notifications.add(
          ticket,
          new PendingNotification.Revoke(
              target.networkId(), target.address(), thresholdMs, recipients));
    }
  }

  /**
   * Adds the revocations of what members no longer have, for those members that are online and keep
   * the membership of a member by it.
   */
  void revoke(NetworkState network, List<RevokedCredential> removed, long nowMs) {
    if (removed.isEmpty()) {
      return;
    }
    long thresholdMs = network.credentialTimeMs(nowMs);
    network.recordRevoked(thresholdMs);
    List<Long> recipients =
        recipients(network, 0, nowMs).stream()
            .filter(member -> acceptsRevokedTags(network, member))
            .filter(member -> removed.stream().anyMatch(each -> each.member() != member))
            .toList();
    if (recipients.isEmpty()) {
      return;
    }
    for (int start = 0; start < removed.size(); start += Revocation.MAX_PER_MESSAGE) {
      int end = Math.min(start + Revocation.MAX_PER_MESSAGE, removed.size());
      notifications.add(
          records.lastTicket(),
          new PendingNotification.RevokeCredentials(
              network.record().id(), removed.subList(start, end), thresholdMs, recipients));
    }
  }

  private static boolean acceptsRevokedTags(NetworkState network, long member) {
    LastRequest last = network.lastRequest(member);
    return last != null && last.acceptsRevokedTags();
  }

  /** Returns the authorized members that are online, and the target of the revocation if it is. */
  static List<Long> recipients(NetworkState network, long target, long nowMs) {
    var recipients = new ArrayList<Long>();
    for (long member : network.seenSince(nowMs - Controller.ONLINE_MS)) {
      NetworkState.MemberState state = network.member(member);
      if (member == target || (state != null && state.record().authorized())) {
        recipients.add(member);
      }
    }
    return List.copyOf(recipients);
  }
}
