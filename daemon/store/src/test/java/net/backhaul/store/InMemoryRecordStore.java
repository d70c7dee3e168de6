// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.controller.Controller;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;

/** Records changes in a list, and confirms them on request. */
final class InMemoryRecordStore implements RecordStore {
  final List<RecordChange> changes = new ArrayList<>();
  private long last;

  @Override
  public void write(long ticket, RecordChange change) {
    changes.add(change);
    last = ticket;
  }

  /** Confirms all changes, and sends the notifications that depend on them. */
  void save(Controller controller, long nowMs) {
    controller.saved(last);
    while (controller.hasNotifications(nowMs)) {
      controller.sendNotifications(nowMs);
      controller.saved(last);
    }
  }
}
