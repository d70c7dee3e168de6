// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/** Limits messages of a kind that follow each other too fast (02 section 3.8). */
final class ArrivalRate {
  /** Maximum messages in a row that come too early. */
  static final int MAX_IN_A_ROW = 128;

  private long lastMs = Peer.NEVER;
  private int inARow;

  /** Records a message, and returns whether it is accepted. */
  boolean accepts(long spacingMs, long nowMs) {
    inARow = nowMs - lastMs < spacingMs ? inARow + 1 : 0;
    lastMs = nowMs;
    return inARow < MAX_IN_A_ROW;
  }
}
