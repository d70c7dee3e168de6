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

/** The peers in memory, and saved ones that can be restored (02 section 5.4). */
final class PeerTable {
  private static final int CACHE_FORMAT = 2;

  /**
   * Maximum saved peers that can be restored, or as many as may be in memory if that is more; the
   * one saved longest ago is evicted.
   */
  static final int MAX_SAVED = 20_000;

  private final Identity self;
  private final Output output;
  private int maxPeers;
  private final LongMap<Peer> peers = new LongMap<>();
  private final Map<Long, byte[]> savedPeers = new LinkedHashMap<>();

  /** A restored peer and its last endpoints. */
  record Restored(Peer peer, List<InetSocketAddress> endpoints) {}

  PeerTable(Identity self, Output output, int maxPeers, Map<StateKey, byte[]> saved) {
    this.self = self;
    this.output = output;
    this.maxPeers = maxPeers;
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.PEER) {
            addSaved(key.id(), bytes);
          }
        });
  }

  private void addSaved(long address, byte[] record) {
    savedPeers.remove(address);
    if (savedPeers.size() >= Math.max(MAX_SAVED, maxPeers)) {
      savedPeers.remove(savedPeers.keySet().iterator().next());
    }
    savedPeers.put(address, record);
  }

  @Nullable Peer get(long address) {
    return peers.get(address);
  }

  List<Peer> all() {
    return peers.values();
  }

  /** Sets the maximum number of peers; where there are more, they stay until they expire. */
  void limit(int peersAtMost) {
    maxPeers = peersAtMost;
  }

  boolean isFull() {
    return peers.size() >= maxPeers;
  }

  /** Adds a peer; empty for keys that no valid identity has (01 section 3.1). */
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

  /** Adds a peer whose key is already agreed on. */
  void add(Peer peer) {
    peers.put(peer.address, peer);
  }

  /** Restores a peer that this run or an earlier one has saved. */
  Optional<Restored> restore(long address) {
    byte[] bytes = savedPeers.isEmpty() || isFull() ? null : savedPeers.remove(address);
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
                peer.version(protocol, major, minor, revision);
                peer.lastEndpoints = List.copyOf(endpoints);
                return new Restored(peer, endpoints);
              });
    } catch (WireException damaged) {
      return Optional.empty();
    }
  }

  /** Saves a peer, removes it from memory and wipes its keys. */
  void expire(Peer peer) {
    addSaved(peer.address, save(peer));
    peers.remove(peer.address);
    peer.cipher.wipe();
  }

  /** Writes a peer to the cache in the format of the reference. */
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
