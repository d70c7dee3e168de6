// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** What datagrams carry: it decides what goes first where not all can be sent. */
public enum Traffic {
  /** What keeps nodes, paths and networks together: little, and not to be crowded out by frames. */
  CONTROL,
  /** Frames of networks, and what is relayed for others. */
  DATA
}
