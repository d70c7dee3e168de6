// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

/**
 * A rule that selects the routing table of a packet. Rules are evaluated by ascending priority.
 *
 * @param v4 whether it is for IPv4, else for IPv6
 * @param number see {@link Kind}
 */
public record PolicyRule(boolean v4, int priority, Kind kind, int number) {
  /** What a rule does. */
  public enum Kind {
    /** Packets of sockets with the mark {@code number} continue at {@link #END}. */
    SKIP_MARK,
    /** UDP packets from the port {@code number} continue at {@link #END}. */
    SKIP_UDP_PORT,
    /** Others use the main table, but not its default routes. */
    MAIN_WITHOUT_DEFAULT,
    /** Others use the table {@code number}. */
    TABLE,
    /** Nothing: the target of the rules that skip. */
    END
  }

  /** The priority of each rule of kind {@link Kind#END}. */
  public static final int END_PRIORITY = 9_994;
}
