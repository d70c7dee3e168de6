// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import net.backhaul.crypto.AesGmacSiv;

/** Command lines of {@code zerotier-one} as a process of its own, and its first answer. */
final class DaemonProcess {
  /** The time in seconds within which a process has to start or to end. */
  static final long WAIT_S = 60;

  private DaemonProcess() {}

  /** Returns the command line that starts the program with these words, as the launcher does. */
  static List<String> command(List<String> words) {
    return command(List.of("--add-opens=" + AesGmacSiv.OPENS), words);
  }

  /** Returns the command line with these options of Java instead of the launcher's. */
  static List<String> command(List<String> options, List<String> words) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
    command.addAll(List.of("-Dbackhaul.program=zerotier-one", "-Dlogback.configurationFile=none"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words);
    return command;
  }

  /** Returns as soon as the daemon of a home answers; fails when the process ends before. */
  static RawHttp awaitAnswer(BooleanSupplier alive, Path home) throws Exception {
    Path portFile = home.resolve("zerotier-one.port");
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_S);
    while (alive.getAsBoolean() && System.nanoTime() < endNanos) {
      if (Files.exists(portFile)) {
        int port = Integer.parseInt(Files.readString(portFile));
        var http = new RawHttp(InetAddress.getByName("127.0.0.1"), port);
        try {
          http.send("GET /health HTTP/1.1\r\n\r\n", true);
          return http;
        } catch (IOException notYet) {
          // Sent again below.
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
    throw new AssertionError("no answer");
  }
}
