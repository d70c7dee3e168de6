// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.packet.WireException;

/** Receives the directories of joined networks (03 section 3.8). */
final class DirectoryExchange {
  private final PeerLink link;
  private final Output output;

  DirectoryExchange(NodeContext node) {
    this.link = node.link();
    this.output = node.output();
  }

  /** Returns whether a chunk belongs to an update that is too long. */
  static boolean isOutOfBounds(ConfigChunk chunk) {
    return chunk.totalLength() > DirectoryUpdate.MAX_BYTES;
  }

  /** Handles an update whose chunks were verified; requests what is missing before or after it. */
  void receive(Network network, byte[] bytes, long nowMs) {
    DirectoryUpdate update;
    try {
      update = DirectoryUpdate.read(bytes);
    } catch (WireException e) {
      link.drop(Drop.BAD_CONFIGURATION);
      return;
    }
    long before = network.directory.heldRevision();
    MemberDirectory.Progress progress = network.directory.apply(update);
    switch (progress) {
      case REJECTED -> {
        link.drop(Drop.BAD_CONFIGURATION);
        return;
      }
      case INCOMPLETE -> network.requestSoon(nowMs);
      case COMPLETE -> {}
    }
    if (network.directory.heldRevision() != before) {
      output.directoryChanged(network.id);
    }
  }

  /** Removes the directory of a network of which this node is no member any more. */
  void clear(Network network) {
    if (network.directory.clear()) {
      output.directoryChanged(network.id);
    }
  }
}
