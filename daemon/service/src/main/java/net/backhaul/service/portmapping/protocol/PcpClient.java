// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import org.jspecify.annotations.Nullable;

/** A mapping by PCP (RFC 6887). */
final class PcpClient implements MappingClient {
  private static final InetSocketAddress ANY = Endpoints.of(new byte[4], 0);
  private static final long MS = 1_000;

  private final MapperContext context;
  private final Gateway gateway;
  private final Listener listener;
  private final EpochCheck epoch = new EpochCheck();
  private final Retransmission retransmission = new Retransmission();
  private final byte[] nonce = new byte[PcpMessages.NONCE_BYTES];
  private byte[] request = {};
  private boolean removing;
  private String rejection = "";
  private long rejectedUntilMs;

  PcpClient(MapperContext context, Gateway gateway, Listener listener) {
    this.context = context;
    this.gateway = gateway;
    this.listener = listener;
    context.random().nextBytes(nonce);
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.PCP;
  }

  @Override
  public void request(@Nullable InetSocketAddress external, long nowMs) {
    if (nowMs < rejectedUntilMs) {
      listener.failed(rejection, nowMs);
      return;
    }
    InetSocketAddress suggested =
        external == null
            ? new InetSocketAddress(ANY.getAddress(), gateway.local().getPort())
            : external;
    removing = false;
    begin(
        PcpMessages.request(gateway.local(), suggested, nonce, context.options().lifetimeS()),
        nowMs);
    context.count(Count.REQUESTED);
  }

  @Override
  public void remove(InetSocketAddress external, long nowMs) {
    removing = true;
    begin(PcpMessages.request(gateway.local(), ANY, nonce, 0), nowMs);
  }

  private void begin(byte[] bytes, long nowMs) {
    request = bytes;
    retransmission.begin(nowMs);
    context.output().sendToGateway(request);
  }

  @Override
  public long deadlineMs() {
    return retransmission.dueMs();
  }

  @Override
  public void advance(long nowMs) {
    switch (retransmission.advance(nowMs)) {
      case NOTHING -> {}
      case SEND -> context.output().sendToGateway(request);
      case GIVE_UP -> fail("no answer", nowMs);
    }
  }

  @Override
  public void receive(byte[] bytes, int length, long nowMs) {
    PcpMessages.PcpResponse response;
    try {
      response = PcpMessages.read(bytes, length);
    } catch (WireException e) {
      context.count(Count.INVALID);
      return;
    }
    if (response.version() != PcpMessages.VERSION) {
      if (retransmission.isPending()) {
        retransmission.end();
        fail(PcpMessages.text(PcpMessages.UNSUPPORTED_VERSION), nowMs);
      }
      return;
    }
    PcpMessages.Mapping mapping = response.mapping();
    if (mapping != null
        && (!mapping.nonce().equals(Bytes.of(nonce))
            || mapping.internalPort() != gateway.local().getPort())) {
      context.count(Count.UNSOLICITED);
      return;
    }
    boolean consistent = epoch.accept(response.epochS(), nowMs);
    if (mapping != null) {
      retransmission.end();
      accept(response, mapping, nowMs);
    } else if (!consistent) {
      context.count(Count.LOST);
      listener.lost(nowMs);
    }
  }

  private void accept(PcpMessages.PcpResponse response, PcpMessages.Mapping mapping, long nowMs) {
    if (removing) {
      listener.removed();
    } else if (response.result() == PcpMessages.SUCCESS) {
      listener.granted(mapping.external(), response.lifetimeS() * MS, nowMs);
    } else {
      context.count(Count.REJECTED);
      rejection = PcpMessages.text(response.result());
      rejectedUntilMs = nowMs + Math.min(response.lifetimeS() * MS, MappingLimits.MAX_REJECTION_MS);
      listener.failed(rejection, nowMs);
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
