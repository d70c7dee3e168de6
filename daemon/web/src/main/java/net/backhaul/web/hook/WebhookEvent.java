// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.util.Locale;

/** What a webhook reports. */
public enum WebhookEvent {
  /** A device asks to join and waits for its authorization. */
  WAITING,
  /** An authorized member that was online is not any more. */
  DEVICE_DOWN,
  /** Changes cannot be written to the disk, little of it is free, or neither is so any more. */
  STORAGE,
  /** A backup of the database failed, or one was made after that. */
  BACKUP,
  /** An operator tries the webhook out; always sent. */
  TEST;

  /** Returns the name in requests and deliveries. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
