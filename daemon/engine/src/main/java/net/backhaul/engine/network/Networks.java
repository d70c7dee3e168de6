// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.engine.ConfigSource;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import org.jspecify.annotations.Nullable;

/** The networks that this node is a member of, and the requests of members of its own (03). */
public final class Networks implements PacketHandler {
  public Networks(
      PeerLink peers,
      Output output,
      @Nullable ConfigSource controller,
      RandomGenerator random,
      Map<StateKey, byte[]> saved,
      long nowMs) {}

  public NetworkStatus join(long networkId, long nowMs) {
    throw new IllegalStateException();
  }

  public void leave(long networkId, long nowMs) {}

  public void subscribe(long networkId, List<MulticastGroup> groups, long nowMs) {}

  public void portFailed(long networkId, boolean failed, long nowMs) {}

  public void sendFrames(long networkId, FrameBatch frames, long nowMs) {}

  public void pushConfig(long member, NetworkConfig config, long nowMs) {}

  public void revoke(Revocation revocation, List<Long> members, long nowMs) {}

  public List<NetworkStatus> statuses() {
    return List.of();
  }

  public Optional<NetworkStatus> status(long networkId) {
    return Optional.empty();
  }

  public void advance(long nowMs) {}

  public long nextDeadlineMs() {
    return Long.MAX_VALUE;
  }

  @Override
  public Handled receive(
      Verb verb, byte[] bytes, int payloadStart, int payloadLength, Arrival from, long nowMs) {
    return Handled.IGNORED;
  }

  @Override
  public Handled receiveOk(
      Verb inReVerb,
      long inRePacketId,
      byte[] bytes,
      int bodyStart,
      int bodyLength,
      Arrival from,
      long nowMs) {
    return Handled.IGNORED;
  }

  @Override
  public Handled receiveError(ErrorMessage error, Arrival from, long nowMs) {
    return Handled.IGNORED;
  }

  @Override
  public boolean isManagedAddress(InetAddress address) {
    return false;
  }
}
