// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;

/**
 * The controller that runs beside a node, as the node sees it (04 section 5.7).
 *
 * <p>An answer that has to wait for the disk is Silent; what the member gets then comes by {@link
 * Node#pushConfig}.
 */
@FunctionalInterface
public interface ConfigSource {
  ConfigAnswer answer(ConfigRequest request, long nowMs);
}
