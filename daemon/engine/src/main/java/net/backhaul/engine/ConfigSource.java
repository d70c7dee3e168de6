// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;

/**
 * The interface of a node to the controller that runs beside it (04 section 5.7).
 *
 * <p>An answer that depends on an unsaved change is Silent; the member gets it later by {@link
 * Node#pushConfig}.
 */
@FunctionalInterface
public interface ConfigSource {
  ConfigAnswer answer(ConfigRequest request, long nowMs);

  /** A member acknowledges the configuration of {@link Node#pushConfig} with this update id. */
  default void acknowledged(long networkId, long member, long updateId, long nowMs) {}
}
