// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.Output;
import net.backhaul.protocol.identity.Identity;

/** Makes nodes with default options, without saved state and without a controller. */
public final class TestNode {
  private TestNode() {}

  /** Makes a node at the time of the node loop. */
  public static Node of(Identity identity, Output output) {
    return new Node(
        identity, NodeOptions.DEFAULT, output, null, new Random(1), Map.of(), NodeLoop.nowMs());
  }
}
