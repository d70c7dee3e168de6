// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The requests of one protocol to one gateway, for one mapping. */
interface MappingClient {
  long NEVER = Long.MAX_VALUE;

  /** Takes the outcome of requests. */
  interface Listener {
    /** A mapping exists, for some time; {@link #NEVER} for one that does not expire. */
    void granted(InetSocketAddress external, long lifetimeMs, long nowMs);

    /** The request has failed, or the router rejects it. */
    void failed(String why, long nowMs);

    /** The router may have lost the mapping. */
    void lost(long nowMs);

    /** The mapping was removed, or its removal has failed. */
    void removed();
  }

  MappingProtocol protocol();

  /**
   * Requests the mapping, or renews it.
   *
   * @param external the endpoint that it had; null for a new one
   */
  void request(@Nullable InetSocketAddress external, long nowMs);

  /** Removes the mapping. */
  void remove(InetSocketAddress external, long nowMs);

  /** When {@link #advance} is due. */
  long deadlineMs();

  void advance(long nowMs);

  /** Receives from the gateway's port for NAT-PMP and PCP. */
  default void receive(byte[] bytes, int length, long nowMs) {}

  /** The gateway has no such port. */
  default void unreachable(long nowMs) {}

  /** Receives an answer to a search. */
  default void found(InetAddress from, byte[] bytes, int length, long nowMs) {}

  /** Receives a part of a response. */
  default void responded(int exchange, byte[] bytes, int length, long nowMs) {}

  /** The other side has closed a connection, or there is none. */
  default void closed(int exchange, long nowMs) {}
}
