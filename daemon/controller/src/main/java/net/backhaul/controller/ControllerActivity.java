// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/**
 * When members were last seen, and since when the controller could have seen them.
 *
 * @param seen members that were seen; others were not
 * @param aliveMs a time at which the controller ran; 0 if none is known
 * @param observedSinceMs since when it has run without a long pause: who was not seen before that
 *     may have been there
 */
public record ControllerActivity(List<SeenMember> seen, long aliveMs, long observedSinceMs) {
  /** Nothing is known. */
  public static final ControllerActivity NONE = new ControllerActivity(List.of(), 0, 0);

  public ControllerActivity {
    seen = List.copyOf(seen);
  }
}
