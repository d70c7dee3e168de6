// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * The NAT of this node for one IP family, as roots have observed it lately.
 *
 * @param ipBytes 4 or 16
 * @param observed the distinct endpoints at which roots see this node
 * @param reports the number of observations: one for each socket and endpoint of a root
 */
public record NatObservation(
    int ipBytes, Kind kind, List<InetSocketAddress> observed, int reports) {
  /** The kinds of NAT that differ for paths (RFC 4787 section 4.1). */
  public enum Kind {
    /** No root has reported. */
    UNKNOWN,
    /** Roots see the address and port of the socket. */
    NONE,
    /** There is a NAT; one endpoint of a root alone does not show its kind. */
    UNDETERMINED,
    /** All roots see the same port of a socket: direct paths are possible. */
    ENDPOINT_INDEPENDENT,
    /** Each root sees another port ("symmetric"): direct paths need luck or a port mapping. */
    ENDPOINT_DEPENDENT
  }

  public NatObservation {
    observed = List.copyOf(observed);
  }
}
