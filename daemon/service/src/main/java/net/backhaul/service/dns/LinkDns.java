// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import java.net.InetAddress;
import java.util.List;

/**
 * The name servers of a network.
 *
 * @param domain the domain of its names; empty where it has none
 * @param forAll whether all names are resolved by these servers, not only those of the domain
 */
public record LinkDns(List<InetAddress> servers, String domain, boolean forAll) {
  private static final int MAX_NAME_LENGTH = 253;
  private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
  private static final String NAME = LABEL + "(\\." + LABEL + ")*\\.?";

  public LinkDns {
    servers = List.copyOf(servers);
  }

  /** Returns whether the domain can be a domain: it comes from the controller. */
  public boolean hasValidDomain() {
    return domain.isEmpty() || (domain.length() <= MAX_NAME_LENGTH && domain.matches(NAME));
  }
}
