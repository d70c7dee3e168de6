// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import net.backhaul.protocol.address.IpPrefix;

/**
 * Where webhooks may go: hosts of the internet alone, so that nobody reaches by the controller what
 * only it can reach.
 */
public final class WebhookTargets {
  public static final int MAX_URL_BYTES = 2_048;

  private static final int MAX_PORT = 65_535;

  /** Shorter prefixes are default routes and parts of those, not networks of this host. */
  private static final int MIN_OWN_BITS = 4;

  /** Loopback, private, shared, link-local, documentation, multicast, and what embeds IPv4. */
  private static final List<IpPrefix> CLOSED =
      List.of(
              "0.0.0.0/8",
              "10.0.0.0/8",
              "100.64.0.0/10",
              "127.0.0.0/8",
              "169.254.0.0/16",
              "172.16.0.0/12",
              "192.0.0.0/24",
              "192.0.2.0/24",
              "192.88.99.0/24",
              "192.168.0.0/16",
              "198.18.0.0/15",
              "198.51.100.0/24",
              "203.0.113.0/24",
              "224.0.0.0/3",
              "::/8",
              "64:ff9b::/32",
              "100::/64",
              "2001::/23",
              "2001:db8::/32",
              "2002::/16",
              "fc00::/6")
          .stream()
          .map(IpPrefix::parse)
          .toList();

  private static final IpPrefix MULTICAST_V6 = IpPrefix.parse("ff00::/8");
  private static final IpPrefix SITE_LOCAL_V6 = IpPrefix.parse("fec0::/10");
  private static final IpPrefix LINK_LOCAL_V6 = IpPrefix.parse("fe80::/10");

  private WebhookTargets() {}

  /**
   * Returns the URL of a webhook.
   *
   * @throws IllegalArgumentException if it is none of HTTPS with a host
   */
  public static URI parse(String text) {
    URI url;
    try {
      url = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("expected a URL such as https://example.org/hook", e);
    }
    if (!"https".equals(String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT))
        || url.getHost() == null) {
      throw new IllegalArgumentException("expected a URL that begins with https:// and a host");
    }
    if (url.getUserInfo() != null || url.getFragment() != null) {
      throw new IllegalArgumentException("expected no user, password or fragment in the URL");
    }
    if (url.getPort() == 0 || url.getPort() > MAX_PORT) {
      throw new IllegalArgumentException("expected a port from 1 to " + MAX_PORT + " in the URL");
    }
    return url;
  }

  /**
   * Returns whether a URL names this host, or an address that may not be connected to. What other
   * names resolve to is verified when something is sent.
   *
   * @param own as of {@link #isOpen}
   */
  public static boolean isClosed(URI url, List<IpPrefix> own) {
    String host = url.getHost().toLowerCase(Locale.ROOT);
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    if (name.equals("localhost") || name.endsWith(".localhost")) {
      return true;
    }
    boolean isV6 = host.startsWith("[");
    try {
      // Any form of IPv4 that some resolver takes, as in https://2130706433/.
      InetAddress address =
          isV6
              ? InetAddress.ofLiteral(host.substring(1, host.length() - 1))
              : Inet4Address.ofPosixLiteral(name);
      return !isOpen(address, own);
    } catch (IllegalArgumentException e) {
      return isV6;
    }
  }

  /**
   * Returns whether an address may be connected to.
   *
   * @param own the networks of this host and of the controller
   */
  public static boolean isOpen(InetAddress address, List<IpPrefix> own) {
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !address.isMulticastAddress()
        && CLOSED.stream().noneMatch(each -> each.contains(address))
        && !MULTICAST_V6.contains(address)
        && !SITE_LOCAL_V6.contains(address)
        && !LINK_LOCAL_V6.contains(address)
        && own.stream().noneMatch(each -> each.bits() >= MIN_OWN_BITS && each.contains(address));
  }
}
