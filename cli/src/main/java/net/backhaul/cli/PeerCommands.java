// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import org.jspecify.annotations.Nullable;

/** {@code listpeers} and {@code peers}: the peers of this node and the paths to them. */
final class PeerCommands {
  private PeerCommands() {}

  /** One line per peer, for scripts (04 section 1.4.1). */
  static int list(Session session) throws CliExit {
    Object peers = session.fetch("/peer");
    long wallMs = session.terminal().wallMs();
    if (session.json()) {
      return session.print(peers);
    }
    session.out().print("200 listpeers <ztaddr> <path> <latency> <version> <role>\n");
    for (JsonObject peer : JsonObject.listOf(peers)) {
      JsonObject preferred = preferredPath(peer);
      String path =
          preferred == null
              ? "-"
              : preferred.text("address", "-")
                  + ";"
                  + age(preferred, "lastSend", wallMs)
                  + ";"
                  + age(preferred, "lastReceive", wallMs);
      session
          .out()
          .print(
              "200 listpeers "
                  + peer.text("address", "-")
                  + " "
                  + path
                  + " "
                  + peer.number("latency", -1)
                  + " "
                  + version(peer)
                  + " "
                  + peer.text("role", "-")
                  + "\n");
    }
    return 0;
  }

  /** A table, for people (04 section 1.4.2). */
  static int table(Session session) throws CliExit {
    Object peers = session.fetch("/peer");
    long wallMs = session.terminal().wallMs();
    if (session.json()) {
      return session.print(peers);
    }
    session
        .out()
        .print(
            "200 peers\n" + "<ztaddr>   <ver>  <role> <lat> <link>   <lastTX> <lastRX> <path>\n");
    boolean anyTunneled = false;
    for (JsonObject peer : JsonObject.listOf(peers)) {
      boolean tunneled = peer.flag("tunneled");
      anyTunneled |= tunneled;
      session
          .out()
          .print(
              peer.text("address", "-")
                  + " "
                  + Text.left(version(peer), 6)
                  + " "
                  + Text.left(peer.text("role", "-"), 6)
                  + " "
                  + Text.right(Long.toString(peer.number("latency", -1)), 5)
                  + " "
                  + link(preferredPath(peer), tunneled, wallMs)
                  + "\n");
    }
    if (anyTunneled) {
      session
          .out()
          .print(
              "NOTE: Currently tunneling through a TCP relay. Ensure that UDP is not blocked.\n");
    }
    return 0;
  }

  private static String link(@Nullable JsonObject path, boolean tunneled, long wallMs) {
    if (path == null) {
      return "RELAY";
    }
    return (tunneled ? "RELAY " : "DIRECT   ")
        + Text.left(Long.toString(age(path, "lastSend", wallMs)), 8)
        + " "
        + Text.left(Long.toString(age(path, "lastReceive", wallMs)), 8)
        + " "
        + path.text("address", "-");
  }

  private static @Nullable JsonObject preferredPath(JsonObject peer) {
    for (JsonObject path : peer.objects("paths")) {
      if (path.flag("preferred")) {
        return path;
      }
    }
    return null;
  }

  private static long age(JsonObject path, String time, long wallMs) {
    long at = path.number(time, 0);
    return at == 0 ? -1 : wallMs - at;
  }

  private static String version(JsonObject peer) {
    long major = peer.number("versionMajor", -1);
    return major < 0
        ? "-"
        : major + "." + peer.number("versionMinor", 0) + "." + peer.number("versionRev", 0);
  }
}
