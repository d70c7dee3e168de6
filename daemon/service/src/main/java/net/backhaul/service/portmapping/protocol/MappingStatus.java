// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The mapping of a port, or why there is none.
 *
 * @param gateway null where there is none
 * @param protocol by which it was mapped; null without a mapping
 * @param external the mapped endpoint; null without a mapping
 * @param expiresMs when the router removes it; 0 without a mapping, Long.MAX_VALUE for never
 * @param why in words why there is no mapping; empty if there is one
 */
public record MappingStatus(
    State state,
    @Nullable Gateway gateway,
    @Nullable MappingProtocol protocol,
    @Nullable InetSocketAddress external,
    long expiresMs,
    String why) {
  /** What the mapper does. */
  public enum State {
    /** {@code portMappingEnabled} is off. */
    DISABLED,
    /** There is no router to request a mapping of, or no need. */
    NOT_NEEDED,
    /** A mapping was requested. */
    REQUESTING,
    MAPPED,
    /** No router maps the port; it is tried again later. */
    FAILED
  }

  /** Returns a status without a gateway. */
  public static MappingStatus without(State state, String why) {
    return new MappingStatus(state, null, null, null, 0, why);
  }
}
