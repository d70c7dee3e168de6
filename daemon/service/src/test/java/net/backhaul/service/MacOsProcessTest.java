// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The daemon on a host that reports to be macOS, without its devices: it answers, and a network has
 * an error instead of a device.
 */
class MacOsProcessTest {
  /** An ad-hoc network, whose configuration follows from its id (03 section 3.7). */
  private static final String AD_HOC = "ff00160016000000";

  @TempDir Path home;

  @Test
  void reportsANetworkWithoutADevice() throws Exception {
    Files.writeString(home.resolve("local.conf"), DaemonInTest.SETTINGS_WITHOUT_PORT);
    List<String> options = List.of("--add-opens=" + AesGmacSiv.OPENS, "-Dos.name=Mac OS X");
    Path log = home.resolve("log");
    Process daemon =
        new ProcessBuilder(DaemonProcess.command(options, List.of("-U", "-p0", home.toString())))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      RawHttp http = DaemonProcess.awaitAnswer(daemon::isAlive, home);
      String token = Files.readString(home.resolve("authtoken.secret"));
      String join =
          "POST /network/%s HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: 2\r\n\r\n{}"
              .formatted(AD_HOC, token);
      assertEquals(200, http.send(join, true).status());

      String show = "GET /network/%s HTTP/1.1\r\nX-ZT1-Auth: %s\r\n\r\n".formatted(AD_HOC, token);
      Await.until(() -> answer(http, show).contains("\"status\":\"PORT_ERROR\""));
      assertTrue(Files.readString(log).contains("/sbin/ifconfig"), () -> "log: " + log);
      assertTrue(daemon.isAlive());
    } finally {
      daemon.destroy();
      assertTrue(daemon.waitFor(DaemonProcess.WAIT_S, TimeUnit.SECONDS), "it ends");
    }
    assertEquals(0, daemon.exitValue());
  }

  private static String answer(RawHttp http, String request) {
    try {
      return http.send(request, true).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
