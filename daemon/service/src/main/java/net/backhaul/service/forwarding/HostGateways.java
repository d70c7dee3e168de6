// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.forwarding;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.service.system.HostProgram;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forwards packets of members through another device of the host, with its address. On the system
 * thread.
 *
 * <p>Each gateway has a table of nftables, named after the network's device. What of the kernel's
 * forwarding was switched on is recorded in it, so that it is switched off also after a restart.
 */
public final class HostGateways {
  private static final Logger log = LoggerFactory.getLogger(HostGateways.class);
  private static final Path SETTINGS = Path.of("/proc/sys/net");
  private static final String PREFIX = "backhaul_";

  /** Begins the names of empty chains, each of which names a setting that was off. */
  private static final String WAS_OFF = "was_off_";

  private static final Pattern TABLE = Pattern.compile("table inet (" + PREFIX + "(\\S+))");
  private static final Pattern CHAIN = Pattern.compile("chain (\\S+) \\{");
  private static final String V4 = "ipv4/conf/%s/forwarding";
  private static final String V6 = "ipv6/conf/all/forwarding";
  private static final String V6_ROUTERS = "ipv6/conf/%s/accept_ra";

  private final Map<String, String> applied = new HashMap<>();

  /** Removes tables whose device has gone: those of a killed daemon. */
  public void removeStale(java.util.function.Predicate<String> exists) {
    if (!HostProgram.exists("nft")) {
      return;
    }
    Matcher tables = TABLE.matcher(nft("", "list", "tables").output());
    while (tables.find()) {
      if (!exists.test(tables.group(2))) {
        removeTable(tables.group(2));
      }
    }
  }

  /**
   * Sets up a gateway, unless it is.
   *
   * @param v6 whether members have IPv6 addresses
   * @return problems, a sentence each
   */
  public List<String> apply(String device, String out, boolean v6) {
    var problems = new ArrayList<String>();
    if (!Files.exists(SETTINGS.resolve(V4.formatted(out)))) {
      problems.add("there is no device " + out + " through which packets could leave");
      return problems;
    }
    String wanted = out + (v6 ? " v6" : "");
    if (!wanted.equals(applied.get(device))) {
      remove(device);
      List<String> switchedOn = switchOn(device, out, v6, problems);
      HostProgram.Result result = nft(table(device, out, switchedOn), "-f", "-");
      if (!result.succeeded()) {
        switchedOn.forEach(HostGateways::switchOff);
        problems.add(
            "the gateway to "
                + out
                + " needs nftables: expected the program nft to set its rules, found: "
                + result.failure());
        return problems;
      }
      if (problems.isEmpty()) {
        applied.put(device, wanted);
      }
      log.info("{}: gateway to {}: table inet {}{}", device, out, PREFIX, device);
    }
    problems.addAll(droppingTables());
    return problems;
  }

  /** Returns the settings that were off before. */
  private static List<String> switchOn(
      String device, String out, boolean v6, List<String> problems) {
    var wanted = new ArrayList<>(List.of(V4.formatted(device), V4.formatted(out)));
    if (v6) {
      wanted.add(V6);
    }
    var switched = new ArrayList<String>();
    for (String each : wanted) {
      try {
        if (read(each).equals("0")) {
          if (each.equals(V6) && read(V6_ROUTERS.formatted(out)).equals("1")) {
            // Else the host would no longer accept its own default route.
            Files.writeString(SETTINGS.resolve(V6_ROUTERS.formatted(out)), "2");
          }
          Files.writeString(SETTINGS.resolve(each), "1");
          switched.add(each);
        }
      } catch (IOException e) {
        problems.add(
            "the gateway needs forwarding, which this process may not switch on: sysctl -w net."
                + each.replace('.', '|').replace('/', '.').replace('|', '/')
                + "=1");
      }
    }
    return switched;
  }

  private static String read(String setting) throws IOException {
    return Files.readString(SETTINGS.resolve(setting)).strip();
  }

  private static void switchOff(String setting) {
    try {
      Files.writeString(SETTINGS.resolve(setting), "0");
    } catch (IOException gone) {
      log.debug("{} is not switched off: {}", setting, gone.toString());
    }
  }

  /** The first two lines make the transaction replace what may be there. */
  private static String table(String device, String out, List<String> switchedOn) {
    var text = new StringBuilder();
    String table = "table inet " + PREFIX + device;
    text.append(table).append("\ndelete ").append(table).append('\n');
    text.append(table).append(" {\n  chain forward {\n");
    text.append("    type filter hook forward priority filter; policy accept;\n");
    String forth = "iifname \"" + device + "\" oifname \"" + out + "\" ";
    String back = "iifname \"" + out + "\" oifname \"" + device + "\" ";
    text.append("    ").append(forth).append("accept\n");
    text.append("    ").append(back).append("ct state established,related accept\n");
    text.append("    ").append(back).append("ct status dnat accept\n");
    text.append("    ").append(back).append("drop\n  }\n  chain postrouting {\n");
    text.append("    type nat hook postrouting priority srcnat; policy accept;\n");
    text.append("    ").append(forth).append("masquerade\n  }\n");
    for (String each : switchedOn) {
      if (!each.equals(V4.formatted(device))) { // It goes with the device.
        text.append("  chain ").append(WAS_OFF).append(encoded(each)).append(" {}\n");
      }
    }
    return text.append("}\n").toString();
  }

  private static String encoded(String setting) {
    var out = new StringBuilder();
    for (char each : setting.toCharArray()) {
      out.append(Character.isLetterOrDigit(each) ? String.valueOf(each) : "_" + (int) each + "_");
    }
    return out.toString();
  }

  private static String decoded(String name) {
    return Pattern.compile("_(\\d+)_")
        .matcher(name)
        .replaceAll(
            each ->
                Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(each.group(1)))));
  }

  /** Returns a problem for each chain of others that drops forwarded packets. */
  private static List<String> droppingTables() {
    var problems = new ArrayList<String>();
    String table = "";
    String chain = "";
    for (String line : nft("", "list", "chains").output().lines().map(String::strip).toList()) {
      if (line.startsWith("table ")) {
        table = line.replace(" {", "");
      } else if (line.startsWith("chain ")) {
        chain = line.replace(" {", "");
      } else if (line.contains("hook forward") && line.contains("policy drop")) {
        problems.add(
            table
                + ", "
                + chain
                + " drops forwarded packets unless it accepts them; permit those of the gateway"
                + " there too");
      }
    }
    return problems;
  }

  /** Removes the gateway of a device, and switches off what was off before. */
  public void remove(String device) {
    if (applied.remove(device) != null) {
      removeTable(device);
    }
  }

  private static void removeTable(String device) {
    String name = PREFIX + device;
    Matcher chains = CHAIN.matcher(nft("", "list", "table", "inet", name).output());
    while (chains.find()) {
      if (chains.group(1).startsWith(WAS_OFF)) {
        switchOff(decoded(chains.group(1).substring(WAS_OFF.length())));
      }
    }
    HostProgram.Result result = nft("", "delete", "table", "inet", name);
    if (result.succeeded()) {
      log.info("{}: gateway ended", device);
    } else {
      log.warn("{}: the table {} is not removed: {}", device, name, result.failure());
    }
  }

  private static HostProgram.Result nft(String input, String... words) {
    var all = new ArrayList<>(List.of("nft"));
    all.addAll(List.of(words));
    return HostProgram.run(all, input);
  }
}
