// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which interfaces of the host, and which of their addresses, get sockets.
 *
 * @param skippedPrefixes beginnings of names that are left out, as in the reference
 * @param allowed where not empty, nothing else is used
 * @param denied left out, even where it is allowed
 */
public record InterfaceFilter(
    List<String> skippedPrefixes, List<InterfacePattern> allowed, List<InterfacePattern> denied) {
  /** Leaves nothing out. */
  public static final InterfaceFilter ALL = new InterfaceFilter(List.of(), List.of(), List.of());

  public InterfaceFilter {
    skippedPrefixes = List.copyOf(skippedPrefixes);
    allowed = List.copyOf(allowed);
    denied = List.copyOf(denied);
  }

  /** Returns the patterns that are the name of one interface. */
  public List<InterfacePattern> named() {
    return Stream.concat(allowed.stream(), denied.stream())
        .filter(InterfacePattern::isName)
        .distinct()
        .toList();
  }

  /** Returns whether an address of an interface may get sockets. */
  public boolean permits(String device, InetAddress address) {
    return skippedPrefixes.stream().noneMatch(device::startsWith)
        && (allowed.isEmpty() || allowed.stream().anyMatch(each -> each.matches(device, address)))
        && denied.stream().noneMatch(each -> each.matches(device, address));
  }
}
