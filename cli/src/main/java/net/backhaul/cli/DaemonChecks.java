// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks of what the daemon says about itself, its roots and its NAT. */
final class DaemonChecks {
  private static final long CLOCK_TOLERANCE_MS = 60_000;

  /** A copy of the identity that has answered less long ago is reported. */
  private static final long COPY_SEEN_MS = 600_000;

  private static final String UNKNOWN = "-";

  private DaemonChecks() {}

  /** Checks a diagnosis after roots were probed. */
  static List<Finding> check(JsonObject diagnosis) {
    var findings = new ArrayList<Finding>();
    JsonObject node = JsonObject.of(diagnosis.get("node"));
    findings.add(
        Finding.ok(
            "daemon",
            "Backhaul %s, node %s, %s, up %s"
                .formatted(
                    node.text("version", UNKNOWN),
                    node.text("address", UNKNOWN),
                    node.flag("online") ? "ONLINE" : "OFFLINE",
                    LongStatus.duration(node.number("upMs", 0)))));
    List<JsonObject> roots = diagnosis.objects("roots");
    String relay = node.text("tcpRelay", "");
    boolean onlyRelay = !relay.isEmpty() && node.texts("listeningOn").isEmpty();
    for (JsonObject root : onlyRelay ? List.<JsonObject>of() : roots) {
      findings.add(root(root, roots));
    }
    if (!relay.isEmpty()) {
      findings.add(relay(relay, onlyRelay));
    }
    if (roots.isEmpty()) {
      findings.add(Finding.ok("root", "this node is the only root"));
    }
    for (JsonObject nat : diagnosis.objects("nat")) {
      Finding finding = nat(nat, diagnosis);
      if (finding != null) {
        findings.add(finding);
      }
    }
    Finding mapping = mapping(diagnosis);
    if (mapping != null) {
      findings.add(mapping);
    }
    findings.add(clock(diagnosis.objects("rootClocks")));
    findings.add(duplicate(node));
    return findings;
  }

  private static Finding root(JsonObject root, List<JsonObject> all) {
    String family = root.text("family", UNKNOWN);
    String what = root.text("address", UNKNOWN) + " over " + family + ": ";
    String at = String.join(", ", root.texts("endpoints"));
    boolean otherAnswers =
        all.stream()
            .anyMatch(
                each ->
                    each.text("address", "").equals(root.text("address", ""))
                        && !each.text("family", "").equals(family)
                        && each.flag("answered"));
    if (root.flag("answered")) {
      return Finding.ok(
          "root", what + "answers" + (root.number("latency", -1) < 0 ? "" : ", " + latency(root)));
    }
    if (!root.flag("socket")) {
      return otherAnswers
          ? Finding.ok("root", what + "this host has no address from which it can be reached")
          : Finding.toDo(
              "root",
              what
                  + "this host has no address from which "
                  + at
                  + " can be reached: is an uplink up, and do bind, allowInterfaces and"
                  + " denyInterfaces in local.conf permit it?");
    }
    return Finding.toDo(
        "root",
        what
            + "no answer from "
            + at
            + (otherAnswers
                ? "; the other IP family answers: is UDP to it permitted and routed?"
                : ": permit UDP to it (docs/firewall.md); is the root up, and is the file planet"
                    + " right?"));
  }

  private static Finding relay(String relay, boolean only) {
    String what = "all packets travel over " + relay;
    return only
        ? Finding.ok("tcp relay", what + ", as forceTcpRelay in local.conf demands")
        : Finding.toDo(
            "tcp relay",
            what
                + ", because no root answers over UDP; that is slower: permit UDP"
                + " (docs/firewall.md)");
  }

  private static String latency(JsonObject root) {
    return root.number("latency", -1) + " ms";
  }

  private static @Nullable Finding nat(JsonObject nat, JsonObject diagnosis) {
    String kind = nat.text("kind", "UNKNOWN");
    String family = nat.text("family", UNKNOWN);
    if (kind.equals("UNKNOWN")) {
      return null;
    }
    String text = family + ": " + LongStatus.natText(kind);
    String seen = ", seen at " + String.join(", ", nat.texts("observed"));
    return kind.equals("ENDPOINT_DEPENDENT")
        ? Finding.toDo(
            "nat",
            text
                + seen
                + "; peers behind such a NAT are relayed unless both assign ports in order, and"
                + " others are reached directly only after a search for ports, if they run"
                + " Backhaul: forward UDP port "
                + port(diagnosis)
                + " of the router to this host, or make its NAT endpoint-independent")
        : Finding.ok("nat", text + seen);
  }

  /** A mapping is needed where the NAT hides the port of this node; null for an older daemon. */
  private static @Nullable Finding mapping(JsonObject diagnosis) {
    JsonObject mapping = JsonObject.of(diagnosis.get("portMapping"));
    String text = LongStatus.mappingText(mapping);
    if (text.isEmpty()) {
      return null;
    }
    boolean isNeeded =
        diagnosis.objects("nat").stream()
            .anyMatch(nat -> nat.text("kind", "").equals("ENDPOINT_DEPENDENT"));
    if (isNeeded && mapping.text("state", "").equals("FAILED")) {
      return Finding.toDo(
          "mapping",
          text
              + "; switch PCP, NAT-PMP or UPnP on at the router "
              + mapping.text("gateway", UNKNOWN)
              + "; one that rejects requests may have no public address, since another NAT lies"
              + " behind it");
    }
    return isNeeded && mapping.flag("doubleNat")
        ? Finding.toDo("mapping", text + ", which has to map the port to the router")
        : Finding.ok("mapping", text);
  }

  private static String port(JsonObject diagnosis) {
    for (String address : JsonObject.of(diagnosis.get("node")).texts("listeningOn")) {
      return address.substring(address.lastIndexOf('/') + 1);
    }
    return "9993";
  }

  private static Finding clock(List<JsonObject> clocks) {
    long right = 0;
    for (JsonObject each : clocks) {
      long aheadMs = each.number("aheadMs", 0);
      if (Math.abs(aheadMs) > CLOCK_TOLERANCE_MS) {
        return Finding.toDo(
            "clock",
            "the clock of this host is %s %s that of root %s; set the wrong one: timedatectl"
                .formatted(
                    LongStatus.duration(Math.abs(aheadMs)),
                    aheadMs > 0 ? "ahead of" : "behind",
                    each.text("address", UNKNOWN)));
      }
      right++;
    }
    return Finding.ok(
        "clock",
        right == 0
            ? "no root has sent its time yet"
            : "differs by less than a minute from that of the roots (" + right + ")");
  }

  private static Finding duplicate(JsonObject node) {
    long agoMs = node.number("identityCopyAgoMs", -1);
    return agoMs < 0 || agoMs > COPY_SEEN_MS
        ? Finding.ok("identity", "no other host was found with a copy of it")
        : Finding.toDo(
            "identity",
            "a copy of identity.secret runs on another host, which answered "
                + LongStatus.duration(agoMs)
                + " ago: stop it, and remove identity.secret and identity.public there");
  }
}
