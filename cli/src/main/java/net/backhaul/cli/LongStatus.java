// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;

/** {@code status --long}: this node, its NAT, the roots, and how each peer is reached. */
final class LongStatus {
  private static final String PATH = "/diagnosis";
  private static final String NONE = "-";

  private LongStatus() {}

  static int run(Session session) throws CliExit {
    LocalApi.Answer answer = session.api().get(PATH);
    Object parsed = answer.isOk() || answer.failed() ? session.parse(answer, null) : null;
    session.require(answer, olderDaemonHint(answer));
    if (session.json()) {
      return session.print(parsed);
    }
    JsonObject diagnosis = JsonObject.of(parsed);
    var text = new StringBuilder();
    appendNode(text, diagnosis);
    appendRoots(text, diagnosis);
    text.append('\n');
    appendPeers(text, diagnosis);
    session.out().print(text);
    return 0;
  }

  /** Returns why a daemon has no diagnosis; null where that is not the reason. */
  static String olderDaemonHint(LocalApi.Answer answer) {
    return answer.status() == 404
        ? "this daemon cannot describe its paths: it is older than this program, or another one"
        : "the daemon could not describe its paths";
  }

  private static void appendNode(StringBuilder text, JsonObject diagnosis) {
    JsonObject node = JsonObject.of(diagnosis.get("node"));
    field(
        text,
        "node",
        node.text("address", NONE)
            + ", "
            + (node.flag("online") ? "ONLINE" : "OFFLINE")
            + ", Backhaul "
            + node.text("version", NONE)
            + ", up "
            + duration(node.number("upMs", 0)));
    field(text, "listening", joined(node.texts("listeningOn")));
    field(text, "seen at", joined(node.texts("surfaceAddresses")));
    String relay = node.text("tcpRelay", "");
    if (!relay.isEmpty()) {
      field(
          text, "TCP relay", relay + ": it carries all packets, since UDP is blocked or disabled");
    }
    for (JsonObject nat : diagnosis.objects("nat")) {
      if (!nat.text("kind", "UNKNOWN").equals("UNKNOWN")) {
        field(text, "NAT " + nat.text("family", NONE), natText(nat.text("kind", NONE)));
      }
    }
    String mapping = mappingText(JsonObject.of(diagnosis.get("portMapping")));
    if (!mapping.isEmpty()) {
      field(text, "mapped", mapping);
    }
  }

  /** Returns what a router has mapped, or why it has not; empty for an older daemon. */
  static String mappingText(JsonObject mapping) {
    String external = mapping.text("external", "");
    if (external.isEmpty()) {
      String why = mapping.text("why", "");
      return why.isEmpty() ? "" : "none: " + why;
    }
    long expiresMs = mapping.number("expiresInMs", -1);
    return "%s to %s by %s at %s, %s%s"
        .formatted(
            external,
            mapping.text("local", NONE),
            mapping.text("protocol", NONE),
            mapping.text("gateway", NONE),
            expiresMs < 0 ? "without an end" : "for " + duration(expiresMs),
            mapping.flag("doubleNat")
                ? "; that address is not public: a second NAT lies behind the router"
                : "");
  }

  /** Returns what a kind of NAT means. */
  static String natText(String kind) {
    return switch (kind) {
      case "NONE" -> "none: roots see the port of the socket";
      case "UNDETERMINED" -> "of unknown kind: only one endpoint of a root has reported";
      case "ENDPOINT_INDEPENDENT" -> "all roots see the same port (cone)";
      case "ENDPOINT_DEPENDENT" -> "each root sees another port (symmetric)";
      default -> "unknown: no root has reported";
    };
  }

  private static void appendRoots(StringBuilder text, JsonObject diagnosis) {
    for (JsonObject root : diagnosis.objects("roots")) {
      long ago = root.number("lastReceiveAgo", -1);
      field(
          text,
          "root",
          root.text("address", NONE)
              + " "
              + root.text("family", NONE)
              + ": "
              + (root.flag("socket")
                  ? ago < 0 ? "no path over UDP" : "last answer " + duration(ago) + " ago"
                  : "this host has no address of the family"));
    }
  }

  private static void appendPeers(StringBuilder text, JsonObject diagnosis) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "<peer>",
            "<name>",
            "<role>",
            "<link>",
            "<rtt>",
            "<loss>",
            "<mtu>",
            "<cipher>",
            "<seen>",
            "<path, or why there is no direct one>"));
    for (JsonObject peer : diagnosis.objects("peers")) {
      rows.add(row(peer));
    }
    int[] widths = new int[rows.getFirst().size() - 1];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        text.append(Text.left(row.get(i), widths[i])).append("  ");
      }
      text.append(row.getLast()).append('\n');
    }
  }

  private static List<String> row(JsonObject peer) {
    String link = peer.text("link", NONE);
    boolean direct = link.equals("DIRECT") || link.equals("TCP");
    long latency = peer.number("latency", -1);
    long loss = peer.number("lossPercent", -1);
    long seen = peer.number("lastReceiveAgo", -1);
    String name = Text.printable(peer.text("name", ""));
    return List.of(
        Text.printable(peer.text("address", NONE)),
        name.isEmpty() ? NONE : name,
        peer.text("role", NONE),
        link,
        direct && latency >= 0 ? latency + " ms" : NONE,
        direct && loss >= 0 ? loss + " %" : NONE,
        Long.toString(peer.number("pathMtu", 0)),
        cipher(peer.text("cipher", NONE)),
        seen < 0 ? "never" : duration(seen),
        Text.printable(direct ? pathOf(peer) : relayOf(peer)));
  }

  private static String pathOf(JsonObject peer) {
    return peer.text("path", NONE) + ", for " + duration(peer.number("pathAge", 0));
  }

  private static String relayOf(JsonObject peer) {
    String relay = peer.text("relay", "");
    return (relay.isEmpty() ? "" : "via " + relay + "; ") + peer.text("why", NONE);
  }

  private static String cipher(String name) {
    return switch (name) {
      case "AES_GMAC_SIV" -> "AES";
      case "SALSA20_POLY1305" -> "Salsa20";
      case "NONE" -> "none";
      default -> NONE;
    };
  }

  private static String joined(List<String> texts) {
    return texts.isEmpty() ? NONE : String.join(", ", texts);
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append(Text.left(name, 11)).append(Text.printable(value)).append('\n');
  }

  /** Returns a duration in its largest unit. */
  static String duration(long ms) {
    long s = Math.max(0, ms) / 1_000;
    if (s < 120) {
      return s + " s";
    }
    if (s < 2 * 3_600) {
      return s / 60 + " min";
    }
    return s < 2 * 86_400 ? s / 3_600 + " h" : s / 86_400 + " d";
  }
}
