// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.tap.linux.NetworkMonitor;

/**
 * Reports changes of the links, addresses and default routes of the host when they happen, without
 * listing them. Used by one thread.
 */
public interface HostNetworkMonitor extends AutoCloseable {
  /**
   * What has changed since the last call of {@link #poll}.
   *
   * @param addresses whether addresses were added or removed; also where the host has dropped
   *     notifications, so that anything may have changed
   * @param defaultRoutes whether default routes were added or removed
   * @param links the names of devices whose link went up or down
   */
  record Changes(boolean addresses, boolean defaultRoutes, Set<String> links) {
    public Changes {
      links = Set.copyOf(links);
    }

    /** Returns whether anything has changed. */
    public boolean any() {
      return addresses || defaultRoutes || !links.isEmpty();
    }
  }

  /** Returns the descriptor that can be read when something may have changed. */
  int fd();

  /** Returns the changes since the last call. */
  Changes poll();

  @Override
  void close();

  /**
   * Opens the monitor of this system.
   *
   * @param ignored devices, by name, whose links and default routes are not reported
   * @throws TapException where the system has none
   */
  static HostNetworkMonitor open(Predicate<String> ignored) throws TapException {
    if (System.getProperty("os.name").equals("Linux")) {
      return new NetworkMonitor(ignored);
    }
    throw new TapException("changes of the network are reported on Linux only");
  }
}
