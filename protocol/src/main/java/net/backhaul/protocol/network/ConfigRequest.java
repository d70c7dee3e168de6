// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;

/** What a member asks its controller. */
public record ConfigRequest(
    long networkId, Identity member, Bytes metaData, long heldRevision, long heldTimestampMs) {}
