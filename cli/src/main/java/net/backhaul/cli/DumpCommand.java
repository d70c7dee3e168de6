// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.address.Endpoints;

/** {@code dump}: writes what helps to analyse a problem to one file (04 section 1.4.6). */
final class DumpCommand {
  private static final String FILE = "zerotier_dump.txt";

  private DumpCommand() {}

  static int run(Session session) throws CliExit {
    LocalApi.Answer status = fetch(session, "/status");
    LocalApi.Answer networks = fetch(session, "/network");
    LocalApi.Answer peers = fetch(session, "/peer");
    var dump = new StringBuilder();
    dump.append("platform: ").append(Platform.CURRENT.title()).append('\n');
    dump.append("zerotier version: ").append(Version.REFERENCE).append("\n\n");
    section(dump, "status", status.body());
    section(dump, "networks", networks.body());
    section(dump, "peers", peers.body());
    String localConf = session.access().read(session.terminal(), "local.conf");
    section(dump, "local.conf", localConf.isEmpty() ? "None Present" : localConf);
    title(dump, "Network Interfaces");
    appendInterfaces(dump);

    Path file = directory(session.terminal()).resolve(FILE).toAbsolutePath();
    session.out().print("Writing dump to: " + file + "\n");
    try {
      Files.write(file, dump.toString().getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw CliExit.err("Error creating file.\n", 1)
          .withHint(FileErrors.cannot("write", file.toString(), e));
    }
    return 0;
  }

  private static LocalApi.Answer fetch(Session session, String path) throws CliExit {
    LocalApi.Answer answer = session.api().get(path);
    if (!answer.isOk()) {
      throw session.unreachable(answer);
    }
    return answer;
  }

  private static Path directory(Terminal terminal) {
    String user = terminal.variable("HOME");
    return Platform.CURRENT == Platform.MACOS && user != null
        ? Path.of(user, "Desktop")
        : terminal.directory();
  }

  private static void title(StringBuilder dump, String title) {
    dump.append(title).append('\n').repeat('-', title.length()).append('\n');
  }

  private static void section(StringBuilder dump, String title, String body) {
    title(dump, title);
    dump.append(body).append("\n\n");
  }

  /** Appends every interface that has an IPv4 address. */
  private static void appendInterfaces(StringBuilder dump) {
    int index = 0;
    try {
      for (NetworkInterface networkInterface :
          Collections.list(NetworkInterface.getNetworkInterfaces())) {
        List<InetAddress> addresses = Collections.list(networkInterface.getInetAddresses());
        addresses.sort(Comparator.comparingInt(address -> address.getAddress().length));
        if (!networkInterface.isLoopback()
            && !addresses.isEmpty()
            && addresses.getFirst() instanceof Inet4Address) {
          title(dump.append('\n'), "Interface " + index);
          appendInterface(dump, networkInterface, addresses);
          index++;
        }
      }
    } catch (SocketException e) {
      dump.append("\nnot readable: ").append(e.getMessage()).append('\n');
    }
  }

  private static void appendInterface(
      StringBuilder dump, NetworkInterface networkInterface, List<InetAddress> addresses)
      throws SocketException {
    byte[] mac = networkInterface.getHardwareAddress();
    String macText = mac == null ? "" : HexFormat.ofDelimiter(":").formatHex(mac);
    dump.append("Name: ").append(networkInterface.getName()).append('\n');
    dump.append("MTU: ").append(networkInterface.getMTU()).append('\n');
    dump.append("MAC: ").append(macText).append('\n');
    dump.append("Addresses: \n");
    for (InetAddress address : addresses) {
      dump.append(Endpoints.ipText(address)).append('\n');
    }
  }
}
