// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;

/**
 * Datagrams of equal size except the last, which may be shorter, back to back and for one endpoint:
 * what can leave by one system call.
 *
 * <p>A mutable view that its owner reuses; it owns no bytes.
 */
public final class DatagramRun extends SegmentRun {
  private static final InetSocketAddress NOWHERE =
      InetSocketAddress.createUnresolved("nowhere.invalid", 0);

  private Traffic traffic = Traffic.CONTROL;
  private int socket = Output.ALL_SOCKETS;
  private InetSocketAddress endpoint = NOWHERE;

  /**
   * Sets where the datagrams go, with a traffic class and a flow of 0.
   *
   * @param newSocket the number of a socket, or {@link Output#ALL_SOCKETS}
   */
  public DatagramRun to(Traffic newTraffic, int newSocket, InetSocketAddress newEndpoint) {
    traffic = newTraffic;
    socket = newSocket;
    endpoint = newEndpoint;
    setTrafficClass(0);
    setFlow(0);
    return this;
  }

  /**
   * Sets the traffic class of the IP headers: DSCP in the upper six bits, ECN in the lower two (RFC
   * 2474, RFC 3168). Datagrams of different classes are different runs.
   */
  public DatagramRun trafficClass(int newTrafficClass) {
    setTrafficClass(newTrafficClass);
    return this;
  }

  /**
   * Sets a hash of the flow of the frames that the datagrams carry: flows to one endpoint share its
   * socket fairly.
   */
  public DatagramRun flow(int newFlow) {
    setFlow(newFlow);
    return this;
  }

  /** Points this view at a single datagram. */
  public DatagramRun wrap(byte[] newBytes, int newStart, int newLength) {
    return wrap(newBytes, newStart, newLength, newLength);
  }

  /**
   * Points this view at datagrams.
   *
   * @param newLength of all datagrams together, in bytes
   * @param newSegmentBytes of each datagram
   */
  public DatagramRun wrap(byte[] newBytes, int newStart, int newLength, int newSegmentBytes) {
    setBytes(newBytes, newStart, newLength, newSegmentBytes);
    return this;
  }

  /** Returns what the datagrams carry: data is dropped long before control. */
  public Traffic traffic() {
    return traffic;
  }

  public int socket() {
    return socket;
  }

  public InetSocketAddress endpoint() {
    return endpoint;
  }
}
