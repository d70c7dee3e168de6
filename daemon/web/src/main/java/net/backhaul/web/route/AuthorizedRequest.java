// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import net.backhaul.web.access.Principal;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebRequest;

/**
 * A request that the authorizer has accepted.
 *
 * @param caller {@link Principal#NOBODY} on public routes
 */
public record AuthorizedRequest(WebRequest request, RouteIds ids, Principal caller, long nowMs) {
  /** Reads the body, which must be a JSON object. */
  public Fields body() {
    return Fields.read(request);
  }
}
