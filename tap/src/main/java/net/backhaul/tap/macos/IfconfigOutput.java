// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.TapAddress;

/** Parses the output of ifconfig. */
final class IfconfigOutput {
  private static final int MAX_DIGITS = 4;

  private IfconfigOutput() {}

  /** Returns the addresses of a device; lines in another format are ignored. */
  static List<TapAddress> addresses(String shown) {
    var addresses = new ArrayList<TapAddress>();
    for (String line : shown.split("\n")) {
      String[] words = line.strip().split("\\s+");
      try {
        if (words[0].equals("inet")) {
          int bits = Long.bitCount(Long.decode(after(words, "netmask")));
          addresses.add(new TapAddress(InetAddress.getByName(words[1]), bits));
        } else if (words[0].equals("inet6")) {
          int bits = Integer.parseInt(after(words, "prefixlen"));
          addresses.add(new TapAddress(InetAddress.getByName(withoutScope(words[1])), bits));
        }
      } catch (UnknownHostException | RuntimeException notAnAddress) {
        continue;
      }
    }
    return addresses;
  }

  /** Returns those of the existing devices that a killed daemon may have left. */
  static List<String> staleDevices(String devices) {
    var left = new ArrayList<String>();
    for (String name : devices.strip().split("\\s+")) {
      String number = name.startsWith("feth") ? name.substring("feth".length()) : "";
      if (!number.isEmpty()
          && number.length() <= MAX_DIGITS
          && number.chars().allMatch(Character::isDigit)) {
        left.add(name);
      }
    }
    return left;
  }

  private static String after(String[] words, String key) {
    for (int i = 0; i + 1 < words.length; i++) {
      if (words[i].equals(key)) {
        return words[i + 1];
      }
    }
    throw new IllegalArgumentException("no " + key);
  }

  private static String withoutScope(String ip) {
    int percent = ip.indexOf('%');
    return percent < 0 ? ip : ip.substring(0, percent);
  }
}
