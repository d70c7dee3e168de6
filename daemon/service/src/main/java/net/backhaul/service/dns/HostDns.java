// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.dns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sets the name servers of networks for their devices at systemd-resolved or, where that does not
 * run, by resolvconf. On the system thread.
 *
 * <p>What systemd-resolved has for a device goes with the device, also if the daemon is killed;
 * what resolvconf has is removed at the next start.
 */
public final class HostDns {
  private static final Logger log = LoggerFactory.getLogger(HostDns.class);

  /** Names at resolvconf end with it, so that they are recognized after a kill. */
  private static final String SUFFIX = ".backhaul";

  private final DnsCommands commands;
  private final boolean isMacOs;
  private final Map<String, LinkDns> applied = new HashMap<>();
  private final Map<String, String> failures = new HashMap<>();

  /** Creates it for this host. */
  public HostDns() {
    this(new HostDnsCommands(), System.getProperty("os.name", ""));
  }

  HostDns(DnsCommands commands, String system) {
    this.commands = commands;
    this.isMacOs = system.startsWith("Mac");
  }

  /**
   * Removes what a killed daemon has left at resolvconf.
   *
   * @param exists whether there is a device of a name; those of other daemons stay
   */
  public void removeStale(Predicate<String> exists) {
    for (String each : commands.resolvconfNames()) {
      if (each.endsWith(SUFFIX)
          && !exists.test(each.substring(0, each.length() - SUFFIX.length()))) {
        String failure = commands.run(List.of("resolvconf", "-d", each), "");
        log.info("name servers of {} that had not ended are removed {}", each, failure);
      }
    }
  }

  /**
   * Sets the name servers of a device, unless it has them.
   *
   * @return why they cannot be set, in a sentence; null if they are
   */
  public @Nullable String apply(String device, LinkDns wanted) {
    if (wanted.equals(applied.get(device))) {
      return null;
    }
    String failure = attempt(device, wanted);
    if (failure == null) {
      applied.put(device, wanted);
      failures.remove(device);
      log.info(
          "{}: name servers {} for {}",
          device,
          texts(wanted),
          wanted.forAll() || wanted.domain().isEmpty() ? "all names" : wanted.domain());
    } else if (!failure.equals(failures.put(device, failure))) {
      log.warn("{}: {}", device, failure);
    }
    return failure;
  }

  private @Nullable String attempt(String device, LinkDns wanted) {
    if (!wanted.hasValidDomain()) {
      return "the name servers of the network are not used: its domain is no domain name: \""
          + wanted.domain().replaceAll("[^!-~]", "?")
          + '"';
    }
    if (!isMacOs && commands.hasResolved()) {
      return resolved(device, wanted);
    }
    if (!isMacOs && commands.hasResolvconf()) {
      return resolvconf(device, wanted);
    }
    return "the name servers of the network are not used: "
        + (isMacOs
            ? "allowDNS has no effect on macOS yet, set them by hand"
            : "expected systemd-resolved or resolvconf on this host, found neither")
        + "; its servers are "
        + String.join(", ", texts(wanted))
        + (wanted.domain().isEmpty() ? "" : " for the domain " + wanted.domain());
  }

  private @Nullable String resolved(String device, LinkDns wanted) {
    var servers = new ArrayList<>(List.of("resolvectl", "dns", device));
    servers.addAll(texts(wanted));
    var domains = new ArrayList<>(List.of("resolvectl", "domain", device));
    if (!wanted.domain().isEmpty()) {
      domains.add(wanted.domain());
    }
    boolean all = wanted.forAll() || wanted.domain().isEmpty();
    if (wanted.forAll()) {
      domains.add("~.");
    }
    if (domains.size() == 3) {
      domains.add("");
    }
    for (List<String> words :
        List.of(
            servers, domains, List.of("resolvectl", "default-route", device, all ? "yes" : "no"))) {
      String failure = commands.run(words, "");
      if (!failure.isEmpty()) {
        return "systemd-resolved does not accept the name servers of the network: "
            + failure
            + "; a service with a user of its own needs polkit, and the rule of the package"
            + " (50-backhaul.rules)";
      }
    }
    return null;
  }

  private @Nullable String resolvconf(String device, LinkDns wanted) {
    var text = new StringBuilder();
    if (!wanted.domain().isEmpty()) {
      text.append("search ").append(wanted.domain()).append('\n');
    }
    texts(wanted).forEach(each -> text.append("nameserver ").append(each).append('\n'));
    String failure = commands.run(List.of("resolvconf", "-a", device + SUFFIX), text.toString());
    return failure.isEmpty()
        ? null
        : "resolvconf does not accept the name servers of the network: "
            + failure
            + "; it needs root, which the service is not: use systemd-resolved, or set "
            + String.join(", ", texts(wanted))
            + " by hand";
  }

  /**
   * Removes the name servers of a device.
   *
   * @param stays whether the device stays; else systemd-resolved removes them with it
   */
  public void remove(String device, boolean stays) {
    failures.remove(device);
    if (applied.remove(device) == null) {
      return;
    }
    String failure = "";
    if (commands.resolvconfNames().contains(device + SUFFIX)) {
      failure = commands.run(List.of("resolvconf", "-d", device + SUFFIX), "");
    } else if (stays && commands.hasResolved()) {
      failure = commands.run(List.of("resolvectl", "revert", device), "");
    }
    if (failure.isEmpty()) {
      log.info("{}: its name servers are removed", device);
    } else {
      log.warn("{}: its name servers cannot be removed: {}", device, failure);
    }
  }

  private static List<String> texts(LinkDns wanted) {
    return wanted.servers().stream().map(Endpoints::ipText).toList();
  }
}
