// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.random.RandomGenerator;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;

/** What networks use of their node: VL1 below them, the output, and its source of randomness. */
public record NodeContext(PeerLink link, Output output, RandomGenerator random) {}
