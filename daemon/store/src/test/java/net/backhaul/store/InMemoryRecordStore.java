// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.controller.Controller;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;

/** Keeps changes in a list, and says that they are safe when it is asked to. */
final class InMemoryRecordStore implements RecordStore {
  final List<RecordChange> changes = new ArrayList<>();
  private long last;

  @Override
  public void write(long ticket, RecordChange change) {
    changes.add(change);
    last = ticket;
  }

  /** Lets everything be safe, and members hear of it. */
  void save(Controller controller, long nowMs) {
    controller.saved(last);
    while (controller.hasNotifications()) {
      controller.sendNotifications(nowMs);
      controller.saved(last);
    }
  }
}
