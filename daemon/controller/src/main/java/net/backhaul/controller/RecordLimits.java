// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * How many records of each kind a controller keeps; their texts have limits in {@link RecordSize}.
 */
public final class RecordLimits {
  /**
   * Maximum unauthorized members recorded per network; further requests are rejected without a
   * record.
   */
  public static final int MAX_UNAUTHORIZED_MEMBERS = 10_000;

  /** Maximum members of a network that requests create. */
  public static final int MAX_MEMBERS = 100_000;

  /** Maximum members of a network to which the web API adds another one. */
  public static final int MAX_MEMBERS_WITH_ADDED = MAX_MEMBERS + MAX_UNAUTHORIZED_MEMBERS;

  /** Maximum blocked addresses of a network. */
  public static final int MAX_BLOCKED = 100_000;

  /** Maximum networks to which the web API adds another one. */
  public static final int MAX_NETWORKS = 10_000;

  private RecordLimits() {}
}
