// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;

/**
 * Peers with real identities that send HELLOs to a root, which is a daemon, and packets to each
 * other through it. {@code scripts/bench root --beside} starts it with these words:
 *
 * <pre>
 * FILE ENDPOINT IDENTITY PID SECONDS
 * </pre>
 *
 * <p>FILE has secret identities. Each peer has an address in a prefix of its own of {@code
 * 10.64.0.0/10}, since roots limit the validations for each prefix. The last line is JSON.
 */
public final class DaemonRootLoad {
  private static final int WARM_UP_S = 3;

  /** How long a root has for what follows the HELLOs, before its memory is read. */
  private static final long REST_MS = 3_000;

  private DaemonRootLoad() {}

  /** Processor time and memory of a process. */
  private record Use(long pid) {
    double cpuSeconds() {
      return ProcessHandle.of(pid)
              .flatMap(process -> process.info().totalCpuDuration())
              .orElseThrow()
              .toMillis()
          / 1e3;
    }

    double residentMb() throws IOException {
      for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
      }
      throw new IOException("process " + pid + " has ended");
    }
  }

  private interface Phase {
    RootPeers.Result run() throws IOException;
  }

  /** Runs the phases. */
  public static void main(String[] words) throws IOException, InterruptedException {
    if (words.length != 5) {
      System.err.println("expected FILE ENDPOINT IDENTITY PID SECONDS");
      System.exit(2);
    }
    List<Identity> identities = ControllerLoad.read(Path.of(words[0]));
    var use = new Use(Long.parseLong(words[3]));
    int seconds = Integer.parseInt(words[4]);
    try (var peers = new RootPeers(Identity.parse(words[2]), Endpoints.parse(words[1]))) {
      for (int i = 0; i < identities.size(); i++) {
        byte[] ip = {10, (byte) (64 + (i >> 8)), (byte) i, 1};
        peers.add(identities.get(i), InetAddress.getByAddress(ip));
      }
      var json = new StringBuilder("{\"peers\": " + identities.size());
      add(json, "rss_before", use.residentMb());
      measure(json, "first", use, peers::sayFirstHellos);
      add(json, "repeats", peers.repeats());
      peers.confirm();
      Thread.sleep(REST_MS);
      add(json, "rss_after", use.residentMb());
      peers.sayHellos(WARM_UP_S);
      measure(json, "again", use, () -> peers.sayHellos(seconds));
      peers.relay(WARM_UP_S);
      measure(json, "relayed", use, () -> peers.relay(seconds));
      add(json, "rss_end", use.residentMb());
      System.out.println(json.append('}'));
    }
  }

  private static void measure(StringBuilder json, String name, Use use, Phase phase)
      throws IOException {
    double before = use.cpuSeconds();
    RootPeers.Result result = phase.run();
    double cpu = use.cpuSeconds() - before;
    if (result.count() == 0) {
      throw new IOException(name + ": nothing arrived");
    }
    add(json, name, result.rate());
    add(json, name + "_us", cpu * 1e6 / result.count());
    add(json, name + "_cpu", 100 * cpu / result.seconds());
  }

  private static void add(StringBuilder json, String name, double value) {
    json.append(String.format(Locale.ROOT, ", \"%s\": %.2f", name, value));
  }
}
