// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** {@code info}: the address of this node, its version and whether it is online. */
final class StatusCommand {
  private StatusCommand() {}

  static int run(Session session) throws CliExit {
    Object answer = session.fetch("/status");
    if (session.json()) {
      return session.print(answer);
    }
    JsonObject status = JsonObject.of(answer);
    session
        .out()
        .print(
            "200 info "
                + status.text("address", "-")
                + " "
                + status.text("version", "-")
                + " "
                + state(status)
                + "\n");
    return 0;
  }

  private static String state(JsonObject status) {
    if (status.flag("tcpFallbackActive")) {
      return "TUNNELED";
    }
    return status.flag("online") ? "ONLINE" : "OFFLINE";
  }
}
