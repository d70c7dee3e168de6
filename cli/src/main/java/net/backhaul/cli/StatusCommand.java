// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** {@code info}: the address of this node, its version and whether it is online. */
final class StatusCommand {
  private StatusCommand() {}

  static int run(Session session) throws CliExit {
    if (session.invocation().options().containsKey("--long")) {
      return LongStatus.run(session);
    }
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
    for (JsonObject each : status.objects("bridges")) {
      String ports = String.join(", ", each.texts("ports"));
      session
          .terminal()
          .hint(
              network(each)
                  + "bridge "
                  + each.text("bridge", "-")
                  + " with "
                  + each.text("device", "-")
                  + (ports.isEmpty() ? "" : ", " + ports));
    }
    for (JsonObject each : status.objects("gateways")) {
      session
          .terminal()
          .hint(
              network(each)
                  + "gateway from "
                  + each.text("device", "-")
                  + " to "
                  + each.text("out", "-"));
    }
    for (JsonObject each : status.objects("problems")) {
      session.terminal().hint(network(each) + each.text("problem", "-"));
    }
    return 0;
  }

  private static String network(JsonObject of) {
    return "network " + of.text("nwid", "-") + ": ";
  }

  private static String state(JsonObject status) {
    if (status.flag("tcpFallbackActive")) {
      return "TUNNELED";
    }
    return status.flag("online") ? "ONLINE" : "OFFLINE";
  }
}
