// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** All peers in memory, and those that were remembered from earlier (02 section 5.4). */
final class PeerTable {
  private static final int CACHE_FORMAT = 2;

  /** How many peers that fell silent are remembered; the one forgotten longest ago goes first. */
  static final int MAX_REMEMBERED = 20_000;

  private final Identity self;
  private final Output output;
  private final int maxPeers;
  private final LongMap<Peer> peers = new LongMap<>();
  private final Map<Long, byte[]> remembered = new LinkedHashMap<>();

  /** A peer from the cache and where it was seen last. */
  record Restored(Peer peer, List<InetSocketAddress> endpoints) {}

  PeerTable(Identity self, Output output, int maxPeers, Map<StateKey, byte[]> saved) {
    this.self = self;
    this.output = output;
    this.maxPeers = maxPeers;
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.PEER) {
            remember(key.id(), bytes);
          }
        });
  }

  private void remember(long address, byte[] note) {
    remembered.remove(address);
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.remove(remembered.keySet().iterator().next());
    }
    remembered.put(address, note);
  }

  @Nullable Peer get(long address) {
    return peers.get(address);
  }

  List<Peer> all() {
    return peers.values();
  }

  boolean isFull() {
    return peers.size() >= maxPeers;
  }

  /** Makes a peer of an identity; empty for keys that no honest identity has (01 section 3.1). */
  Optional<Peer> add(Identity identity) {
    Peer known = peers.get(identity.address());
    if (known != null) {
      return Optional.of(known);
    }
    if (identity.address() == self.address()) {
      return Optional.empty();
    }
    Optional<Peer> made = self.agree(identity).map(key -> new Peer(identity, PacketCipher.of(key)));
    made.ifPresent(peer -> peers.put(peer.address, peer));
    return made;
  }

  /** Adds a peer whose key was already agreed on. */
  void add(Peer peer) {
    peers.put(peer.address, peer);
  }

  /** Brings a peer back that an earlier run of the node has seen. */
  Optional<Restored> restore(long address) {
    byte[] bytes = remembered.isEmpty() || isFull() ? null : remembered.remove(address);
    if (bytes == null) {
      return Optional.empty();
    }
    try {
      var in = new WireReader(bytes, 0, bytes.length);
      if (in.u8() != CACHE_FORMAT) {
        return Optional.empty();
      }
      Identity identity = Identity.read(in);
      int protocol = in.u16();
      int major = in.u16();
      int minor = in.u16();
      int revision = in.u16();
      var endpoints = new ArrayList<InetSocketAddress>();
      for (int left = in.u16(); left > 0 && endpoints.size() < Peer.MAX_PATHS; left--) {
        InetSocketAddress endpoint = Endpoints.read(in);
        if (endpoint != null) {
          endpoints.add(endpoint);
        }
      }
      if (identity.address() != address) {
        return Optional.empty();
      }
      return add(identity)
          .map(
              peer -> {
                peer.heardVersion(protocol, major, minor, revision);
                peer.notedEndpoints = List.copyOf(endpoints);
                return new Restored(peer, endpoints);
              });
    } catch (WireException damaged) {
      return Optional.empty();
    }
  }

  /** Takes a peer out of memory, wipes its keys and leaves a note of it on disk. */
  void forget(Peer peer) {
    byte[] note = save(peer);
    remember(peer.address, note);
    peers.remove(peer.address);
    peer.cipher.wipe();
  }

  /** Writes a peer to the cache as the reference would. */
  byte[] save(Peer peer) {
    var out = new WireWriter();
    out.u8(CACHE_FORMAT);
    peer.identity.writeTo(out);
    out.u16(peer.protocolVersion).u16(peer.major).u16(peer.minor).u16(peer.revision);
    List<InetSocketAddress> endpoints = peer.knownEndpoints();
    out.u16(endpoints.size());
    endpoints.forEach(endpoint -> Endpoints.write(out, endpoint));
    byte[] bytes = out.toByteArray();
    output.saveState(new StateKey(StateKey.Kind.PEER, peer.address), bytes);
    return bytes;
  }
}
