// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

/**
 * Selects the implementations for which Java and SLF4J would search all jars at every start, which
 * takes longer than loading the classes of the daemon from its cache.
 */
public final class ServiceProviders {
  private static final String EPOLL = "sun.nio.ch.EPollSelectorProvider";

  private ServiceProviders() {}

  /** Selects them; has no effect on those that are in use. */
  public static void select() {
    System.setProperty("slf4j.provider", LoggingProvider.class.getName());
    // Without this SLF4J prints a line about its choice.
    System.setProperty("slf4j.internal.verbosity", "WARN");
    if (exists(EPOLL)) {
      System.setProperty("java.nio.channels.spi.SelectorProvider", EPOLL);
    }
  }

  private static boolean exists(String type) {
    try {
      Class.forName(type, false, ClassLoader.getSystemClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false; // Java selects its own
    }
  }
}
