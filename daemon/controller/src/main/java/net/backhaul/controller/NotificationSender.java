// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.ConfigAnswer;

/** Sends notifications to members, and retries pushed configurations that none acknowledges. */
final class NotificationSender {
  private final RecordTable records;
  private final ConfigRequestHandler requests;
  private final RevocationSigner signer;
  private final ControllerOutput output;
  private final ControllerCounters counters;
  private final UnacknowledgedPushes unacknowledged = new UnacknowledgedPushes();

  NotificationSender(
      RecordTable records,
      ConfigRequestHandler requests,
      RevocationSigner signer,
      ControllerOutput output) {
    this.records = records;
    this.requests = requests;
    this.signer = signer;
    this.output = output;
    this.counters = records.counters();
  }

  /** Returns the pushes that wait for an acknowledgement of members. */
  UnacknowledgedPushes unacknowledged() {
    return unacknowledged;
  }

  /** Sends a notification; an internal error goes to the output, and others are sent as before. */
  void send(PendingNotification next, long nowMs) {
    try {
      switch (next) {
        case PendingNotification.ConfigPush push -> push(push, nowMs);
        case PendingNotification.Revoke revoke -> revoke(revoke);
        case PendingNotification.RepeatRevocations repeat -> repeat(repeat);
        case PendingNotification.RevokeCredentials revoke -> revoke(revoke);
        case PendingNotification.DirectoryPush push -> push(push);
      }
    } catch (RuntimeException e) {
      output.internalError("notifying members", e);
    }
  }

  private void push(PendingNotification.ConfigPush push, long nowMs) {
    NetworkState network = records.network(push.networkId());
    LastRequest last = network == null ? null : network.lastRequest(push.member());
    if (network == null || last == null || !signer.canSign()) {
      return;
    }
    if (requests.evaluate(network, last, nowMs) instanceof ConfigAnswer.Granted granted) {
      counters.pushes++;
      unacknowledged.sent(push, output.pushConfig(push.member(), granted.config()), nowMs);
    } else {
      unacknowledged.remove(push);
    }
  }

  private void push(PendingNotification.DirectoryPush push) {
    NetworkState network = records.network(push.networkId());
    if (network == null || !signer.canSign()) {
      return;
    }
    List<Long> recipients =
        push.recipients().stream()
            .filter(member -> DirectoryPublisher.isReader(network, member))
            .toList();
    if (!recipients.isEmpty()) {
      counters.directoryPushes += recipients.size();
      output.pushDirectory(push.networkId(), push.update(), recipients);
    }
  }

  private void revoke(PendingNotification.Revoke revoke) {
    if (signer.canSign()) {
      counters.revocations++;
      output.revoke(signer.sign(revoke), revoke.recipients());
    }
  }

  private void repeat(PendingNotification.RepeatRevocations repeat) {
    if (signer.canSign()) {
      counters.repeatedRevocations += repeat.revoked().size();
      output.revoke(signer.sign(repeat), List.of(repeat.recipient()));
    }
  }

  private void revoke(PendingNotification.RevokeCredentials revoke) {
    if (signer.canSign()) {
      counters.revocations += revoke.revoked().size();
      output.revoke(signer.sign(revoke), revoke.recipients());
    }
  }
}
