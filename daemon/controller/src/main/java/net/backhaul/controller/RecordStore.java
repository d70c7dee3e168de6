// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * Keeps the controller's records for its next run.
 *
 * <p>Changes are kept in the order in which they are handed over. When one is safe, {@link
 * Controller#saved} hears of its ticket, which stands for all earlier ones too.
 */
public interface RecordStore {
  /**
   * Begins to keep a change, and returns at once.
   *
   * @param ticket rises with every change
   */
  void write(long ticket, RecordChange change);
}
