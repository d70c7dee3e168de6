// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import java.util.Locale;

/** Bonds of several links to one peer: {@code listbonds} and {@code bond} (04 section 1.4.5). */
final class BondCommands {
  private static final int ADDRESS_DIGITS = 10;
  private static final int USAGE = 2;
  private static final int FAILED = 1;
  private static final String SET_MTU = "bond setmtu <mtu> <interface> <ip>";
  private static final String RULE = "-".repeat(120);

  private BondCommands() {}

  static int run(Session session) throws CliExit {
    Invocation invocation = session.invocation();
    String first = invocation.first();
    String second = invocation.second();
    if (first.equals("list")) {
      return list(session);
    }
    if (first.equals("setmtu")) {
      return setMtu(session);
    }
    if (first.length() == ADDRESS_DIGITS && second.equals("show")) {
      return show(session, first);
    }
    if (first.length() == ADDRESS_DIGITS && second.equals("rotate")) {
      return session.confirm(
          "rotate", session.api().post("/bond/rotate/" + first, "{}"), failureHint(first));
    }
    throw CliExit.out("(bond) command is missing required arguments\n", USAGE)
        .withHint(usageHint(first, second));
  }

  private static String usageHint(String first, String second) {
    String error = HexIds.addressError(first);
    if (!second.isEmpty() && error != null) {
      return error;
    }
    return "expected bond <address> show, bond <address> rotate, bond list or "
        + SET_MTU
        + (second.isEmpty() ? "" : ", found " + Text.quoted(second));
  }

  /** Returns what to do where the daemon rejects a request for the bond to an address. */
  private static String failureHint(String address) {
    String error = HexIds.addressError(address);
    return error != null
        ? error
        : "this node has no bond with " + address + " for that; see: zerotier-cli listbonds";
  }

  static int list(Session session) throws CliExit {
    Object peers = session.fetch("/peer");
    if (session.json()) {
      return session.print(peers);
    }
    session.out().print("    <peer>                        <bondtype>     <links>\n");
    boolean any = false;
    for (JsonObject peer : JsonObject.listOf(peers)) {
      if (peer.flag("isBonded")) {
        any = true;
        session
            .out()
            .print(
                Text.right(peer.text("address", "-"), 10)
                    + "  "
                    + Text.right(peer.text("bondingPolicyStr", "-"), 32)
                    + "         "
                    + links(peer)
                    + "\n");
      }
    }
    if (!any) {
      session.out().print("      NONE\t\t\t\tNONE\t    NONE       NONE\n");
    }
    return 0;
  }

  private static int setMtu(Session session) throws CliExit {
    Invocation words = session.invocation();
    LocalApi.Answer answer =
        session
            .api()
            .post(
                "/bond/setmtu/" + words.word(2) + "/" + words.word(3) + "/" + words.word(4), "{}");
    if (!answer.isOk()) {
      String usage = words.word(4).isEmpty() ? "expected " + SET_MTU : null;
      throw CliExit.out(answer.status() + " Failed to set MTU: " + answer.body() + "\n", FAILED)
          .withHint(session.hint(answer, usage));
    }
    return session.confirm("setmtu", answer, null);
  }

  private static int show(Session session, String address) throws CliExit {
    Object answer = session.fetch("/bond/show/" + address, failureHint(address));
    if (session.json()) {
      return session.print(answer);
    }
    JsonObject peer = JsonObject.of(answer);
    line(session, "Peer", address);
    line(session, "Bond", peer.text("bondingPolicyStr", "-"));
    line(session, "Link Select Method", peer.number("linkSelectMethod", 0));
    line(session, "Links", links(peer));
    line(session, "Failover Interval (ms)", peer.number("failoverInterval", 0));
    line(session, "Up Delay (ms)", peer.number("upDelay", 0));
    line(session, "Down Delay (ms)", peer.number("downDelay", 0));
    line(session, "Packets Per Link", peer.number("packetsPerLink", 0));
    List<JsonObject> paths = peer.objects("paths");
    if (!paths.isEmpty()) {
      printLinks(session, paths);
      printQualities(session, paths);
    }
    return 0;
  }

  private static void line(Session session, String label, Object value) {
    session.out().print(Text.left(label, 23) + ": " + value + "\n");
  }

  private static String links(JsonObject peer) {
    return peer.number("numAliveLinks", 0) + "/" + peer.number("numTotalLinks", 0);
  }

  private static void printLinks(Session session, List<JsonObject> paths) {
    session
        .out()
        .print(
            "\n"
                + "idx                  interface                                  path            "
                + "   socket             local port\n"
                + RULE
                + "\n");
    for (int i = 0; i < paths.size(); i++) {
      JsonObject path = paths.get(i);
      session
          .out()
          .print(
              String.format(
                  Locale.ROOT,
                  "%2d: %26s %51s %016x %12d\n",
                  i,
                  path.text("ifname", "-"),
                  path.text("address", "-"),
                  path.number("localSocket", 0),
                  path.number("localPort", 0)));
    }
  }

  private static void printQualities(Session session, List<JsonObject> paths) {
    session
        .out()
        .print(
            "\nidx     lat      pdv    capacity    qual      rx_age      tx_age  eligible  bonded"
                + "   flows\n"
                + RULE
                + "\n");
    for (int i = 0; i < paths.size(); i++) {
      JsonObject path = paths.get(i);
      session
          .out()
          .print(
              String.format(
                  Locale.ROOT,
                  "%2d: %8.2f %8.2f %10d %7.4f %11d %11d %9d %7d %7d\n",
                  i,
                  path.real("latencyMean"),
                  path.real("latencyVariance"),
                  path.number("givenLinkSpeed", 0),
                  path.real("relativeQuality"),
                  path.number("lastInAge", 0),
                  path.number("lastOutAge", 0),
                  path.number("eligible", 0),
                  path.number("bonded", 0),
                  path.number("assignedFlowCount", 0)));
    }
  }
}
