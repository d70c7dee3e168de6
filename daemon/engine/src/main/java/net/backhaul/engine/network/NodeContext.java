// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.random.RandomGenerator;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;

/** The parts of a node that its networks use: VL1, the output, and the source of randomness. */
public record NodeContext(PeerLink link, Output output, RandomGenerator random) {}
