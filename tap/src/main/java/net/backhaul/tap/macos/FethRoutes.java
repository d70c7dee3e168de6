// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.InetAddress;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/**
 * The routes to one device; the output of route decides whether a change has succeeded (04 section
 * 6.2).
 */
final class FethRoutes {
  private final CommandRunner commands;
  private final String device;

  FethRoutes(CommandRunner commands, String device) {
    this.commands = commands;
    this.device = device;
  }

  /**
   * Adds a route; one to the same target that leads elsewhere is replaced.
   *
   * @return false if there is an equal one
   * @throws TapException if the kernel rejects it
   */
  boolean add(TapRoute route) throws TapException {
    String failure = RouteOutput.failure(commands.run(FethCommands.addRoute(device, route)));
    if (RouteOutput.isPresent(failure)) {
      if (leadsHere(route)) {
        return false;
      }
      commands.run(FethCommands.removeRouteTo(route));
      failure = RouteOutput.failure(commands.run(FethCommands.addRoute(device, route)));
    }
    if (!failure.isEmpty()) {
      throw new TapException("macOS rejects the route to " + route + ": " + failure);
    }
    return true;
  }

  /** Removes a route that leads to the device; another one to the same target stays. */
  void remove(TapRoute route) throws TapException {
    if (!leadsHere(route)) {
      return;
    }
    String failure = RouteOutput.failure(commands.run(FethCommands.removeRoute(device, route)));
    if (!failure.isEmpty() && !RouteOutput.isAbsent(failure)) {
      throw new TapException("macOS rejects the removal of the route to " + route + ": " + failure);
    }
  }

  private boolean leadsHere(TapRoute route) throws TapException {
    String shown = commands.run(FethCommands.showRoute(route));
    InetAddress via = route.via();
    return RouteOutput.field(shown, "interface").equals(device)
        && (via == null || via.equals(gateway(shown)));
  }

  private static @Nullable InetAddress gateway(String shown) {
    try {
      return InetAddress.ofLiteral(RouteOutput.field(shown, "gateway"));
    } catch (IllegalArgumentException isDevice) {
      return null;
    }
  }
}
