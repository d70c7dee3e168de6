// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.system.StartFailure;
import net.backhaul.tap.MemoryTap;
import net.backhaul.tap.TapFactory;

/** A whole daemon in this process, on loopback alone and with devices in memory. */
public final class DaemonInTest implements AutoCloseable {
  /** Keeps a daemon on loopback. */
  static final String SETTINGS_WITHOUT_PORT =
      """
      {"settings": {"allowSecondaryPort": false, "portMappingEnabled": false,
                    "bind": ["127.0.0.1"]}}
      """;

  private static final String SETTINGS =
      SETTINGS_WITHOUT_PORT.replace("\"bind\"", "\"primaryPort\": 0, \"bind\"");

  private final Daemon daemon;
  private final Path home;

  private DaemonInTest(Daemon daemon, Path home) {
    this.daemon = daemon;
    this.home = home;
  }

  /** Starts a daemon on a home, where local.conf is made if it is missing. */
  public static DaemonInTest start(Path home) throws IOException, StartFailure {
    if (!Files.exists(home.resolve("local.conf"))) {
      Files.createDirectories(home);
      Files.writeString(home.resolve("local.conf"), SETTINGS);
    }
    TapFactory taps = options -> new MemoryTap("tap-in-memory", options.mac(), options.mtuBytes());
    return new DaemonInTest(Daemon.start(HomeDirectory.open(home), 0, taps), home);
  }

  public String token() throws IOException {
    return Files.readString(home.resolve("authtoken.secret"));
  }

  public RawHttp http() throws IOException {
    return http("127.0.0.1");
  }

  public RawHttp http(String host) throws IOException {
    int port = Integer.parseInt(Files.readString(home.resolve("zerotier-one.port")));
    return new RawHttp(InetAddress.getByName(host), port);
  }

  /** Sends a request with the token. */
  public RawHttp.Answer request(String method, String target, String body) throws IOException {
    String request =
        "%s %s HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(method, target, token(), body.length(), body);
    return http().send(request, true);
  }

  @Override
  public void close() {
    daemon.end();
    daemon.awaitEnd();
  }
}
