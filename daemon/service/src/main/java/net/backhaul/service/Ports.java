// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.system.StartFailure;

/**
 * The ports of this run (04 sections 3.4 and 4.1).
 *
 * @param secondary 0 where there is none
 */
public record Ports(int primary, int secondary) {
  private static final int FIRST_RANDOM = 20_000;
  private static final int LAST_PRIMARY = 65_499;
  private static final int LAST_SECONDARY = 65_535;
  private static final int TRIES = 256;

  /** Finds ports that nobody uses; a primary port that was asked for has to be free. */
  static Ports choose(int wantedPrimary, Settings settings, RandomGenerator random)
      throws StartFailure {
    int primary = wantedPrimary;
    for (int i = 0; primary == 0 && i < TRIES; i++) {
      int drawn = random.nextInt(FIRST_RANDOM, LAST_PRIMARY + 1);
      primary = isFree(drawn) ? drawn : 0;
    }
    if (primary == 0 || (wantedPrimary != 0 && !isFree(primary))) {
      throw new StartFailure("cannot bind to local control interface port " + wantedPrimary);
    }
    return new Ports(primary, secondary(primary, settings, random));
  }

  private static int secondary(int primary, Settings settings, RandomGenerator random) {
    if (!settings.allowSecondaryPort()) {
      return 0;
    }
    if (settings.secondaryPort() != 0) {
      return settings.secondaryPort();
    }
    int port = random.nextInt(FIRST_RANDOM, LAST_SECONDARY + 1);
    for (int i = 0; i < TRIES; i++) {
      if (port != primary && isFree(port)) {
        return port;
      }
      port = port == LAST_SECONDARY ? FIRST_RANDOM : port + 1;
    }
    return 0;
  }

  /** Returns the ports to bind UDP sockets to. */
  List<Integer> udp() {
    return secondary == 0 ? List.of(primary) : List.of(primary, secondary);
  }

  private static boolean isFree(int port) {
    return isFree(StandardProtocolFamily.INET, "0.0.0.0", port)
        || isFree(StandardProtocolFamily.INET6, "::", port);
  }

  private static boolean isFree(ProtocolFamily family, String all, int port) {
    var address = new InetSocketAddress(all, port);
    try (DatagramChannel udp = DatagramChannel.open(family);
        ServerSocketChannel tcp = ServerSocketChannel.open(family)) {
      udp.bind(address);
      tcp.bind(address);
      return true;
    } catch (IOException | UnsupportedOperationException taken) {
      return false;
    }
  }
}
