// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import net.backhaul.web.access.Access;
import net.backhaul.web.http.PathTemplate;
import net.backhaul.web.http.WebMethod;

/**
 * A method on a path.
 *
 * @param access who may use it, which {@link net.backhaul.web.access.Authorizer} enforces
 */
public record WebRoute(WebMethod method, PathTemplate path, Access access, Handler handler) {
  public WebRoute(WebMethod method, String path, Access access, Handler handler) {
    this(method, new PathTemplate(path), access, handler);
  }

  /** Returns the method and the template of the path, as in {@code GET /api/v1/session}. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
