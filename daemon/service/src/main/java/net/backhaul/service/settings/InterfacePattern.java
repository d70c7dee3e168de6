// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.InetAddress;
import java.util.regex.Pattern;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * Selects interfaces of the host, or their addresses: by name, by a name with {@code *} for any
 * characters and {@code ?} for one, or by a network, as {@code IP/bits}.
 *
 * @param text as it is written in local.conf
 * @param network null for a name
 */
public record InterfacePattern(String text, @Nullable IpPrefix network) {
  /** The maximum length of the name of an interface in Linux. */
  private static final int MAX_NAME = 15;

  private static final Pattern IPV4 = Pattern.compile("[0-9]+(\\.[0-9]+){3}");
  private static final Pattern NAME = Pattern.compile("[^\\s/:]{1," + MAX_NAME + "}");

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if it is neither a name nor a network
   */
  public static InterfacePattern parse(String text) {
    if (text.indexOf('/') >= 0 || text.indexOf(':') >= 0 || IPV4.matcher(text).matches()) {
      IpPrefix network = IpPrefix.parse(text);
      if (network.bits() > network.address().getAddress().length * Byte.SIZE) {
        throw new IllegalArgumentException("too many bits: " + text);
      }
      return new InterfacePattern(text, network);
    }
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("not the name of an interface: " + text);
    }
    return new InterfacePattern(text, null);
  }

  /** Returns whether this is the name of one interface. */
  boolean isName() {
    return network == null && text.indexOf('*') < 0 && text.indexOf('?') < 0;
  }

  /** Returns whether an address of an interface is selected. */
  public boolean matches(String device, InetAddress address) {
    return network == null ? matchesName(device) : network.contains(address);
  }

  /** Compares character by character; a star that has matched too little takes one more. */
  private boolean matchesName(String device) {
    int at = 0;
    int next = 0;
    int star = -1;
    int retryAt = 0;
    while (next < device.length()) {
      if (at < text.length()
          && (text.charAt(at) == '?' || text.charAt(at) == device.charAt(next))) {
        at++;
        next++;
      } else if (at < text.length() && text.charAt(at) == '*') {
        star = at++;
        retryAt = next;
      } else if (star >= 0) {
        at = star + 1;
        next = ++retryAt;
      } else {
        return false;
      }
    }
    while (at < text.length() && text.charAt(at) == '*') {
      at++;
    }
    return at == text.length();
  }

  @Override
  public String toString() {
    return text;
  }
}
