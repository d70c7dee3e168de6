// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import java.util.concurrent.Executor;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.sql.Database;

/** Makes the web service of a daemon. */
public final class WebServices {
  private WebServices() {}

  /** The parts of the daemon that the web API uses. */
  public record Parts(NodeLoop loop, ControllerHost controller, long self) {}

  /**
   * Makes a service that is off.
   *
   * @param database that of the home, which is opened when the API starts
   */
  public static WebService of(
      HomeDirectory home, Executor stateThread, Parts parts, Database database) {
    return new WebService(
        home,
        stateThread,
        settings ->
            new WebListener(
                home,
                database,
                new DaemonWebHost(parts.loop, parts.controller, parts.self),
                settings));
  }
}
