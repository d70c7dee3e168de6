// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * The state of a node at one moment.
 *
 * @param relay the TCP relay that carries datagrams in place of UDP, or null
 */
public record NodeStatus(
    long address,
    Identity identity,
    boolean online,
    long planetId,
    long planetTimestampMs,
    List<InetSocketAddress> surfaceAddresses,
    @Nullable InetSocketAddress relay) {}
