// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.protocol.identity.Identity;

/** The state of a node at one moment. */
public record NodeStatus(
    long address,
    Identity identity,
    boolean online,
    long planetId,
    long planetTimestampMs,
    List<InetSocketAddress> surfaceAddresses) {}
