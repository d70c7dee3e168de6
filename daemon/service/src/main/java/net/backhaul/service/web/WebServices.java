// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.sql.Database;
import net.backhaul.web.api.DatabaseAuditReader;
import net.backhaul.web.api.DatabaseSourceVersions;
import net.backhaul.web.api.LocalController;

/** Makes the web service of a daemon. */
public final class WebServices {
  /** The directory in the home with packages for hosts that join. */
  public static final String PACKAGES = "packages.d";

  private WebServices() {}

  /**
   * The parts of the daemon that the web API uses.
   *
   * @param packages the directory of packages for hosts that join
   */
  public record Parts(NodeLoop loop, ControllerHost controller, long self, Path packages) {}

  /**
   * Returns the resources of the controller for the local API; they are loaded when first used.
   *
   * @param web by which hosts that join reach this one
   */
  public static Supplier<LocalController> local(
      HomeDirectory home, Parts parts, Database database, WebService web) {
    return () ->
        new LocalController(
            new DaemonWebHost(parts, database.path(), home),
            new DatabaseAuditReader(database),
            new DatabaseSourceVersions(database),
            web::listener,
            ForkJoinPool.commonPool());
  }

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
                home, database, new DaemonWebHost(parts, database.path(), home), settings));
  }
}
