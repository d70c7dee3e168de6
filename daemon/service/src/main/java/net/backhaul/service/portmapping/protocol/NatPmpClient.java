// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import org.jspecify.annotations.Nullable;

/** A mapping by NAT-PMP (RFC 6886). */
final class NatPmpClient implements MappingClient {
  private static final long MS = 1_000;

  private final MapperContext context;
  private final Gateway gateway;
  private final Listener listener;
  private final EpochCheck epoch = new EpochCheck();
  private final Retransmission retransmission = new Retransmission();
  private byte[] request = {};
  private boolean removing;

  /** The external address that the router has named; null before. */
  private @Nullable InetAddress address;

  private NatPmpMessages.@Nullable Mapping mapping;

  NatPmpClient(MapperContext context, Gateway gateway, Listener listener) {
    this.context = context;
    this.gateway = gateway;
    this.listener = listener;
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.NAT_PMP;
  }

  @Override
  public void request(@Nullable InetSocketAddress external, long nowMs) {
    int port = gateway.local().getPort();
    removing = false;
    address = null;
    mapping = null;
    context.count(Count.REQUESTED);
    begin(
        NatPmpMessages.request(
            port, external == null ? port : external.getPort(), context.options().lifetimeS()),
        nowMs);
  }

  @Override
  public void remove(InetSocketAddress external, long nowMs) {
    removing = true;
    begin(NatPmpMessages.request(gateway.local().getPort(), 0, 0), nowMs);
  }

  private void begin(byte[] bytes, long nowMs) {
    request = bytes;
    retransmission.begin(nowMs);
    send();
  }

  /** Sends what has not been answered yet. */
  private void send() {
    if (!removing && address == null) {
      context.output().sendToGateway(NatPmpMessages.addressRequest());
    }
    if (removing || mapping == null) {
      context.output().sendToGateway(request);
    }
  }

  @Override
  public long deadlineMs() {
    return retransmission.dueMs();
  }

  @Override
  public void advance(long nowMs) {
    switch (retransmission.advance(nowMs)) {
      case NOTHING -> {}
      case SEND -> send();
      case GIVE_UP -> fail("no answer", nowMs);
    }
  }

  @Override
  public void receive(byte[] bytes, int length, long nowMs) {
    NatPmpMessages.NatPmpResponse response;
    try {
      response = NatPmpMessages.read(bytes, length);
    } catch (WireException e) {
      context.count(Count.INVALID);
      return;
    }
    NatPmpMessages.Mapping answered = response.mapping();
    boolean isOther =
        answered != null && answered.internalPort() != gateway.local().getPort()
            || !response.isAddress() && !retransmission.isPending();
    if (isOther) {
      context.count(Count.UNSOLICITED);
      return;
    }
    boolean consistent = epoch.accept(response.epochS(), nowMs);
    if (retransmission.isPending()) {
      accept(response, nowMs);
    } else if (!consistent || !isKnown(response.address())) {
      context.count(Count.LOST);
      listener.lost(nowMs);
    }
  }

  private boolean isKnown(@Nullable InetAddress announced) {
    return announced != null && announced.equals(address);
  }

  private void accept(NatPmpMessages.NatPmpResponse response, long nowMs) {
    if (removing) {
      if (!response.isAddress()) {
        retransmission.end();
        listener.removed();
      }
      return;
    }
    if (response.result() != 0) {
      retransmission.end();
      context.count(Count.REJECTED);
      listener.failed(NatPmpMessages.text(response.result()), nowMs);
      return;
    }
    if (response.address() != null) {
      address = response.address();
    }
    if (response.mapping() != null) {
      mapping = response.mapping();
    }
    NatPmpMessages.Mapping granted = mapping;
    if (address != null && granted != null) {
      retransmission.end();
      listener.granted(
          new InetSocketAddress(address, granted.externalPort()), granted.lifetimeS() * MS, nowMs);
    }
  }

  @Override
  public void unreachable(long nowMs) {
    if (retransmission.isPending()) {
      retransmission.end();
      fail("the router does not support it", nowMs);
    }
  }

  private void fail(String why, long nowMs) {
    if (removing) {
      listener.removed();
    } else {
      listener.failed(why, nowMs);
    }
  }
}
