// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.List;
import java.util.function.BooleanSupplier;
import net.backhaul.service.dns.LocalResolver;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.TapException;

/**
 * Access to the network of the host, beside the devices of joined networks.
 *
 * @param opener opens it; called once, on the system thread
 * @param udpPorts the ports of the node's sockets
 * @param socketsAreMarked whether all sockets of the node have the mark that leads past the full
 *     tunnel; called on the system thread
 * @param resolver resolves the names of members
 */
public record HostAccess(
    Opener opener,
    List<Integer> udpPorts,
    BooleanSupplier socketsAreMarked,
    LocalResolver resolver) {
  /** No access: conflicts are not found, and default routes are set as two halves. */
  public static final HostAccess NONE =
      new HostAccess(() -> HostNetwork.NONE, List.of(), () -> false, LocalResolver.NONE);

  /** Opens the network of the host. */
  @FunctionalInterface
  public interface Opener {
    /** Opens it, in the network namespace of the calling thread. */
    HostNetwork open() throws TapException;
  }
}
