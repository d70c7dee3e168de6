// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

/** What became of a packet (02 section 2, "counts as received"). */
public enum Handled {
  /** It counts as received. */
  COUNTED,
  /** It counts, and it came from a member of a network of ours. */
  TRUSTED,
  /** It does not count. */
  IGNORED,
  /** Something is missing to handle it; keep it and try again (02 section 3.7). */
  PARKED
}
