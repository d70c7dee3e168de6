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
import java.util.stream.IntStream;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.system.StartFailure;

/**
 * The ports of this run (02 section 4.4, 04 sections 3.4 and 4.1).
 *
 * @param primary for UDP and the API
 * @param secondary for UDP; 0 if {@code allowSecondaryPort} is off
 * @param tertiary for UDP; 0 if {@code portMappingEnabled} is off
 */
public record Ports(int primary, int secondary, int tertiary) {
  private static final int MIN_RANDOM = 20_000;
  private static final int MAX_RANDOM_PRIMARY = 65_499;
  private static final int MAX_RANDOM = 65_535;
  private static final int MAX_ATTEMPTS = 256;

  /**
   * Chooses ports that are free.
   *
   * @param wantedPrimary 0 for any
   * @throws StartFailure if a primary port other than 0 is in use
   */
  static Ports choose(int wantedPrimary, Settings settings, RandomGenerator random)
      throws StartFailure {
    int primary = wantedPrimary;
    for (int i = 0; primary == 0 && i < MAX_ATTEMPTS; i++) {
      int drawn = random.nextInt(MIN_RANDOM, MAX_RANDOM_PRIMARY + 1);
      primary = isFree(drawn) ? drawn : 0;
    }
    if (primary == 0 || (wantedPrimary != 0 && !isFree(primary))) {
      throw new StartFailure("cannot bind to local control interface port " + wantedPrimary);
    }
    int secondary = 0;
    if (settings.allowSecondaryPort()) {
      secondary = orRandom(settings.secondaryPort(), random, primary, 0);
    }
    int tertiary = 0;
    if (settings.portMappingEnabled()) {
      tertiary = orRandom(settings.tertiaryPort(), random, primary, secondary);
    }
    return new Ports(primary, secondary, tertiary);
  }

  /** Searches upwards from a random port for one that is free; 0 if there is none. */
  private static int orRandom(int chosen, RandomGenerator random, int taken, int alsoTaken) {
    if (chosen != 0) {
      return chosen;
    }
    int port = random.nextInt(MIN_RANDOM, MAX_RANDOM + 1);
    for (int i = 0; i < MAX_ATTEMPTS; i++) {
      if (port != taken && port != alsoTaken && isFree(port)) {
        return port;
      }
      port = port == MAX_RANDOM ? MIN_RANDOM : port + 1;
    }
    return 0;
  }

  /** Returns the ports to bind UDP sockets to, each once. */
  public List<Integer> udp() {
    return IntStream.of(primary, secondary, tertiary)
        .filter(port -> port != 0)
        .distinct()
        .boxed()
        .toList();
  }

  private static boolean isFree(int port) {
    return isFree(StandardProtocolFamily.INET, "0.0.0.0", port)
        || isFree(StandardProtocolFamily.INET6, "::", port);
  }

  private static boolean isFree(ProtocolFamily family, String wildcard, int port) {
    var address = new InetSocketAddress(wildcard, port);
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
