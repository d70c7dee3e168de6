// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import net.backhaul.controller.ControllerRecord;

/**
 * Revisions of records as the API shows them: another one after each change, and for each of
 * several records that had the same id one after the other.
 */
final class Revisions {
  /** The one where there is no record. */
  static final String NONE = "0";

  private Revisions() {}

  static String of(ControllerRecord record) {
    return Long.toUnsignedString(record.revision())
        + "-"
        + Long.toString(record.createdMs(), Character.MAX_RADIX);
  }
}
