// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.backhaul.cli.FirewallRules.Datagram;
import net.backhaul.json.InvalidJsonException;
import org.jspecify.annotations.Nullable;

/** Checks the firewalls of this host, which it only reads, for rules that drop our datagrams. */
final class FirewallCheck {
  private static final String CHECK = "firewall";
  private static final String NFT = "nft";
  private static final List<String> SAVE = List.of("iptables-save", "ip6tables-save");

  private FirewallCheck() {}

  /** Reads the firewalls and checks them for each UDP port of the node. */
  static List<Finding> run(Set<Integer> ports) {
    var findings = new ArrayList<Finding>();
    var all = new ArrayList<FirewallRules>();
    var read = new ArrayList<String>();
    if (ToolOutput.exists(NFT)) {
      ToolOutput output = ToolOutput.of(NFT, "-j", "list", "ruleset");
      FirewallRules rules = output.succeeded() ? nft(output.text()) : null;
      if (rules == null) {
        findings.add(unreadable(NFT, output));
      } else {
        all.add(rules);
        read.add(NFT);
      }
    }
    for (String program : SAVE) {
      if (ToolOutput.exists(program)) {
        ToolOutput output = ToolOutput.of(program);
        if (output.succeeded()) {
          all.add(IptablesRuleset.read(program, output.text()));
          read.add(program);
        } else {
          findings.add(unreadable(program, output));
        }
      }
    }
    if (read.isEmpty() && findings.isEmpty()) {
      return List.of(Finding.ok(CHECK, "this host has no nft and no iptables to read rules with"));
    }
    Finding dropping = check(all, ports);
    if (dropping != null) {
      findings.add(dropping);
    } else if (findings.isEmpty()) {
      findings.add(
          Finding.ok(CHECK, String.join(", ", read) + ": no rule drops UDP of " + named(ports)));
    }
    return findings;
  }

  private static @Nullable FirewallRules nft(String text) {
    try {
      return NftRuleset.read(text);
    } catch (InvalidJsonException e) {
      return null;
    }
  }

  private static Finding unreadable(String program, ToolOutput output) {
    return Finding.toDo(
        CHECK,
        program
            + " cannot be read ("
            + output.firstLine()
            + "): run zerotier-cli doctor as root, and not in a container without NET_ADMIN");
  }

  /** Returns what drops datagrams of a port; null if nothing does. */
  static @Nullable Finding check(List<FirewallRules> all, Set<Integer> ports) {
    for (int port : ports) {
      for (FirewallRules rules : all) {
        Finding finding = check(rules, port);
        if (finding != null) {
          return finding;
        }
      }
    }
    return null;
  }

  private static @Nullable Finding check(FirewallRules rules, int port) {
    String dropper = rules.dropper(new Datagram(false, port, true));
    if (dropper != null) {
      return toDo("UDP from port " + port + " cannot leave", dropper, "out", port);
    }
    dropper = rules.dropper(new Datagram(true, port, true));
    if (dropper != null) {
      return toDo("answers to UDP port " + port + " do not arrive", dropper, "in", port);
    }
    dropper = rules.dropper(new Datagram(true, port, false));
    return dropper == null
        ? null
        : toDo(
            "UDP to port "
                + port
                + " that a peer sends first does not arrive, so that fewer paths"
                + " are direct",
            dropper,
            "in",
            port);
  }

  private static Finding toDo(String what, String dropper, String direction, int port) {
    return Finding.toDo(
        CHECK,
        what
            + ": "
            + dropper
            + "; permit UDP port "
            + port
            + " "
            + direction
            + " (docs/firewall.md)");
  }

  private static String named(Set<Integer> ports) {
    var texts = new ArrayList<String>();
    ports.forEach(port -> texts.add(Integer.toString(port)));
    return (texts.size() == 1 ? "port " : "ports ") + String.join(", ", texts);
  }
}
