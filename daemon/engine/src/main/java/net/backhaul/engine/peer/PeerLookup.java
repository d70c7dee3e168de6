// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.engine.Output;
import org.jspecify.annotations.Nullable;

/** Finds peers by address, restores saved ones, and notifies of identities that became known. */
final class PeerLookup {
  private final PeerTable peers;
  private final PathPermissions permissions;
  private final HelloSender hellos;
  private IdentityListener listener = (address, nowMs) -> {};

  /** Is notified when an identity has become known that packets may be pending for. */
  @FunctionalInterface
  interface IdentityListener {
    void onIdentity(long address, long nowMs);
  }

  PeerLookup(PeerTable peers, PathPermissions permissions, HelloSender hellos) {
    this.peers = peers;
    this.permissions = permissions;
    this.hellos = hellos;
  }

  void listener(IdentityListener newListener) {
    listener = newListener;
  }

  /** Returns a peer that is in memory, or null. */
  @Nullable Peer known(long address) {
    return peers.get(address);
  }

  List<Peer> all() {
    return peers.all();
  }

  /** Returns a peer, also one saved by an earlier run, which then gets a HELLO; else null. */
  @Nullable Peer find(long address, long nowMs) {
    Peer known = peers.get(address);
    if (known != null) {
      return known;
    }
    PeerTable.Restored restored = peers.restore(address).orElse(null);
    if (restored == null) {
      return null;
    }
    for (InetSocketAddress endpoint : restored.endpoints()) {
      if (permissions.permits(restored.peer(), endpoint, nowMs)) {
        hellos.send(restored.peer(), Output.ALL_SOCKETS, endpoint, nowMs);
      }
    }
    return restored.peer();
  }

  PeerTable table() {
    return peers;
  }

  /** Notifies that an identity is known now. */
  void identityArrived(long address, long nowMs) {
    listener.onIdentity(address, nowMs);
  }
}
