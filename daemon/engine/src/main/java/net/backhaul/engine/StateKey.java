// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * The key of saved state (02 section 5.4).
 *
 * @param id a world id, an address or a network id, by kind
 */
public record StateKey(Kind kind, long id) {
  /** The kinds of saved state. */
  public enum Kind {
    PLANET,
    MOON,
    PEER,
    NETWORK
  }
}
