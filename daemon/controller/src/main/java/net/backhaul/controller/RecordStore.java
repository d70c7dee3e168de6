// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * Persists the controller's records.
 *
 * <p>Changes are persisted in the order of their tickets. {@link Controller#saved} confirms a
 * ticket and all earlier ones.
 */
public interface RecordStore {
  /**
   * Enqueues a change and returns at once.
   *
   * @param ticket increases with every change
   */
  void write(long ticket, RecordChange change);
}
