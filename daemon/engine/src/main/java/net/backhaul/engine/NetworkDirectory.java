// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.List;
import net.backhaul.protocol.network.DirectoryEntry;

/**
 * The directory of a joined network at one moment, as its controller has signed it (03 section
 * 3.8).
 *
 * @param revision grows with every change at the controller
 * @param isComplete whether nothing of the controller's latest revision is missing
 * @param members ascending by node address, without those that were removed
 */
public record NetworkDirectory(
    long networkId, long revision, boolean isComplete, List<DirectoryEntry> members) {
  public NetworkDirectory {
    members = List.copyOf(members);
  }
}
