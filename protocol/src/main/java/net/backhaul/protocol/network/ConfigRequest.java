// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;

/**
 * A config request of a member to its controller (03 section 1.5).
 *
 * @param heldRevision the revision of the configuration that the member has, 0 for none
 * @param heldTimestampMs the timestamp of that configuration
 */
public record ConfigRequest(
    long networkId, Identity member, Bytes metaData, long heldRevision, long heldTimestampMs) {}
