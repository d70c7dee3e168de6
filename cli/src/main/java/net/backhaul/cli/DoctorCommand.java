// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;

/** {@code doctor}: checks this host and its daemon, and says in one line each what to do. */
final class DoctorCommand {
  private static final int TO_DO = 1;
  private static final int DEFAULT_PORT = 9993;

  private final Invocation invocation;
  private final Terminal terminal;
  private final List<Finding> findings = new ArrayList<>();
  private final List<InetAddress> addresses = new ArrayList<>();
  private final Set<Integer> ports = new TreeSet<>();

  private DoctorCommand(Invocation invocation, Terminal terminal) {
    this.invocation = invocation;
    this.terminal = terminal;
  }

  static int run(Invocation invocation, Terminal terminal) {
    var doctor = new DoctorCommand(invocation, terminal);
    doctor.checkDaemon();
    doctor.checkHost();
    return doctor.report();
  }

  private void checkDaemon() {
    try {
      Session session = Session.open(invocation, terminal);
      LocalApi.Answer answer = session.api().post("/diagnosis", "{}");
      if (!answer.isOk()) {
        String hint = session.hint(answer, LongStatus.olderDaemonHint(answer));
        findings.add(Finding.toDo("daemon", hint == null ? answer.body() : hint));
        return;
      }
      JsonObject diagnosis = JsonObject.of(session.parse(answer, null));
      JsonObject node = JsonObject.of(diagnosis.get("node"));
      for (String text : node.texts("listeningOn")) {
        int slash = text.lastIndexOf('/');
        addresses.add(Endpoints.parseIp(text.substring(0, slash)));
        ports.add(Text.port(text.substring(slash + 1)));
      }
      findings.addAll(DaemonChecks.check(diagnosis));
      findings.addAll(NetworkChecks.check(session, node.text("address", "")));
    } catch (CliExit e) {
      findings.add(Finding.toDo("daemon", e.reason()));
    }
  }

  private void checkHost() {
    var host = new HostChecks(Path.of("/"));
    Path home = terminal.directory().resolve(ApiAccess.home(invocation, terminal));
    findings.addAll(host.files(home));
    if (Platform.CURRENT != Platform.LINUX) {
      return;
    }
    findings.addAll(host.service());
    findings.add(host.tap());
    if (!addresses.isEmpty()) {
      Map<String, Set<Integer>> uplinks = HostChecks.uplinks(addresses);
      findings.addAll(HostChecks.uplinkMtu(uplinks));
      findings.add(host.reversePath(uplinks));
    }
    findings.addAll(FirewallCheck.run(ports.isEmpty() ? Set.of(DEFAULT_PORT) : ports));
  }

  private int report() {
    boolean ok = findings.stream().allMatch(Finding::ok);
    if (invocation.json()) {
      Map<String, @Nullable Object> out = new TreeMap<>();
      out.put("ok", ok);
      var checks = new ArrayList<@Nullable Object>();
      for (Finding each : findings) {
        Map<String, @Nullable Object> check = new TreeMap<>();
        check.put("check", each.check());
        check.put("ok", each.ok());
        check.put("text", each.text());
        checks.add(check);
      }
      out.put("checks", checks);
      terminal.out().print(Json.writeIndented(out, 1) + "\n");
    } else {
      for (Finding each : findings) {
        String line =
            (each.ok() ? "ok     " : "TO DO  ") + Text.left(each.check(), 11) + each.text();
        terminal.out().print(Text.printable(line) + "\n");
      }
    }
    return ok ? 0 : TO_DO;
  }
}
