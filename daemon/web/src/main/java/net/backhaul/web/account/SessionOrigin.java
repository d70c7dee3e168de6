// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import net.backhaul.protocol.address.Endpoints;
import net.backhaul.web.http.PlainText;
import net.backhaul.web.http.WebRequest;

/**
 * Where a session was opened, as its owner sees it in the list.
 *
 * @param agent what the client calls itself; without characters that could mislead
 */
public record SessionOrigin(String address, String agent) {
  static final int MAX_AGENT_CHARS = 200;

  /** Returns the origin of a request. */
  public static SessionOrigin of(WebRequest request) {
    String agent = request.header("user-agent");
    return new SessionOrigin(
        Endpoints.ipText(request.client().address()),
        agent == null ? "" : PlainText.sanitized(agent, MAX_AGENT_CHARS));
  }
}
