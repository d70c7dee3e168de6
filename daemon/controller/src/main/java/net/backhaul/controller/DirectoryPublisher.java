// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.packet.Bytes;

/** Publishes what has changed in the directories of networks to their members (03 section 3.8). */
final class DirectoryPublisher {
  private final RecordTable records;
  private final NotificationQueue notifications;
  private final ControllerOutput output;

  DirectoryPublisher(
      RecordTable records, NotificationQueue notifications, ControllerOutput output) {
    this.records = records;
    this.notifications = notifications;
    this.output = output;
  }

  /** Returns when {@link #publish} has something to do; {@link Long#MAX_VALUE} for never. */
  long nextPublicationMs() {
    long nextMs = Long.MAX_VALUE;
    records.unpublished().removeIf(network -> publicationMs(network) == Long.MAX_VALUE);
    for (NetworkState network : records.unpublished()) {
      nextMs = Math.min(nextMs, publicationMs(network));
    }
    return nextMs;
  }

  private static long publicationMs(NetworkState network) {
    return network.directory().nextPublicationMs(network.record());
  }

  /** Adds notifications of what has changed. */
  void publish(long nowMs) {
    for (NetworkState network : List.copyOf(records.unpublished())) {
      if (nowMs >= publicationMs(network)) {
        try {
          publishDirectory(network, nowMs);
        } catch (RuntimeException e) {
          output.internalError("publishing a directory", e);
        }
      }
    }
  }

  private void publishDirectory(NetworkState network, long nowMs) {
    DirectoryLog directory = network.directory();
    directory.refresh(network, records.lastTicket(), nowMs);
    List<Long> recipients = directoryRecipients(network, nowMs);
    DirectoryUpdate update = directory.publish(recipients.size(), nowMs);
    if (update != null) {
      addDirectoryPushes(network, update, recipients);
    }
  }

  /** Adds an update in parts, between which the node's thread does other work. */
  private void addDirectoryPushes(
      NetworkState network, DirectoryUpdate update, List<Long> recipients) {
    Bytes bytes = Bytes.of(update.encode());
    for (int start = 0; start < recipients.size(); start += Controller.NOTIFICATIONS_PER_TURN) {
      int end = Math.min(start + Controller.NOTIFICATIONS_PER_TURN, recipients.size());
      notifications.add(
          network.directory().ticket(),
          new PendingNotification.DirectoryPush(
              network.record().id(), bytes, recipients.subList(start, end)));
    }
  }

  private static List<Long> directoryRecipients(NetworkState network, long nowMs) {
    return network.seenSince(nowMs - Controller.ONLINE_MS).stream()
        .filter(member -> isReader(network, member))
        .toList();
  }

  /** Returns whether a member is authorized and reads directories. */
  static boolean isReader(NetworkState network, long address) {
    LastRequest last = network.lastRequest(address);
    NetworkState.MemberState member = network.member(address);
    return last != null
        && last.stated().readsDirectory()
        && member != null
        && member.record().authorized()
        && !member.record().identityDiffersFrom(last.identity());
  }
}
