// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.backhaul.engine.NodeOptions.RelayUse;
import net.backhaul.protocol.address.Endpoints;
import org.jspecify.annotations.Nullable;

/**
 * The settings of TCP relays (02 section 4.7).
 *
 * @param relays those that this node may use
 * @param listen where this node is a relay for others, or null
 */
public record TcpRelays(List<RelayAddress> relays, @Nullable InetSocketAddress listen) {
  /** Maximum relays that are tried side by side; further ones are reported and ignored. */
  public static final int MAX_RELAYS = 8;

  /** The relay of the reference. */
  static final String DEFAULT_RELAY = "204.80.128.1/443";

  private static final String KEY = "tcpFallbackRelay";
  private static final String LISTEN_KEY = "tcpRelay";
  private static final String TLS = "tls:";
  private static final String FORM = "an IPv4 address as IP/port, or tls:IP/port";

  /**
   * A relay to connect to.
   *
   * @param tls whether the connection is TLS, which relays of this project accept at the same port
   * @param source the address to connect from, null for any
   */
  public record RelayAddress(InetSocketAddress address, boolean tls, @Nullable InetAddress source) {
    public RelayAddress(InetSocketAddress address, boolean tls) {
      this(address, tls, null);
    }

    /**
     * Returns this relay as it is reached from the addresses that {@code bind} lists; empty if none
     * of them is of its family.
     */
    public Optional<RelayAddress> from(List<InetAddress> bind) {
      if (bind.isEmpty()) {
        return Optional.of(this);
      }
      return bind.stream()
          .filter(each -> each.getClass() == address.getAddress().getClass())
          .findFirst()
          .map(each -> new RelayAddress(address, tls, each));
    }

    /** Parses {@code IP/port} or {@code tls:IP/port}. */
    static RelayAddress parse(String text) {
      boolean tls = text.startsWith(TLS);
      InetSocketAddress address = Endpoints.parse(tls ? text.substring(TLS.length()) : text);
      if (address.getPort() == 0 || !(address.getAddress() instanceof Inet4Address)) {
        throw new IllegalArgumentException("no port");
      }
      return new RelayAddress(address, tls);
    }

    @Override
    public String toString() {
      return (tls ? TLS : "") + Endpoints.text(address);
    }
  }

  public TcpRelays {
    relays = List.copyOf(relays);
  }

  static TcpRelays read(SettingsReader in) {
    return new TcpRelays(relays(in), listen(in));
  }

  /** Returns when relays are used. */
  static RelayUse use(SettingsReader in) {
    var quiet = new SettingsReader(in.object(), in.where(), problem -> {});
    if (!quiet.bool("allowTcpFallbackRelay", true) || relays(quiet).isEmpty()) {
      return RelayUse.NEVER;
    }
    return quiet.bool("forceTcpRelay", false) ? RelayUse.ALWAYS : RelayUse.FALLBACK;
  }

  /** Reads one relay as a string, as the reference does, or several as an array. */
  private static List<RelayAddress> relays(SettingsReader in) {
    Object value = in.object().get(KEY);
    if (value == null) {
      return List.of(RelayAddress.parse(DEFAULT_RELAY));
    }
    if (value instanceof String text) {
      try {
        return List.of(RelayAddress.parse(text));
      } catch (IllegalArgumentException e) {
        in.wrong(KEY, FORM, value);
        return List.of(RelayAddress.parse(DEFAULT_RELAY));
      }
    }
    List<RelayAddress> all =
        new ArrayList<>(in.list(KEY, FORM, RelayAddress::parse)).stream().distinct().toList();
    if (all.size() > MAX_RELAYS) {
      in.onProblem()
          .accept(
              "local.conf: %s%s: expected at most %d relays, found %d; the first ones are used"
                  .formatted(in.where(), KEY, MAX_RELAYS, all.size()));
    }
    return all.subList(0, Math.min(all.size(), MAX_RELAYS));
  }

  private static @Nullable InetSocketAddress listen(SettingsReader in) {
    Object value = in.object().get(LISTEN_KEY);
    if (value == null || "".equals(value)) {
      return null;
    }
    try {
      if (value instanceof String text) {
        InetSocketAddress address = Endpoints.parse(text);
        if (address.getPort() != 0 && address.getAddress() instanceof Inet4Address) {
          return address;
        }
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    in.wrong(LISTEN_KEY, "the IPv4 address and TCP port to listen at, as IP/port", value);
    return null;
  }
}
