// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import net.backhaul.controller.Edit;
import net.backhaul.protocol.address.Endpoints;
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
  /** How the audit log names the origin of requests to the local API. */
  public static final String LOCAL_ORIGIN = "local API";

  /**
   * Returns who makes a change by this request, as the audit log records it.
   *
   * @param changeMs the time of the controller
   */
  public Edit edit(long changeMs) {
    String origin =
        caller.credential() == Principal.CallerKind.LOCAL
            ? LOCAL_ORIGIN
            : Endpoints.ipText(request.client().address());
    return Edit.of(caller.actor(), origin, changeMs);
  }

  /** Reads the body, which must be a JSON object. */
  public Fields body() {
    return Fields.read(request);
  }
}
