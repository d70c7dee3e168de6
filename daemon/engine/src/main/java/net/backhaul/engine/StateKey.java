// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/**
 * Names something that outlives a run of the node (02 section 5.4).
 *
 * @param id a world id, an address or a network id, by kind
 */
public record StateKey(Kind kind, long id) {
  /** What is kept. */
  public enum Kind {
    PLANET,
    MOON,
    PEER,
    NETWORK
  }
}
