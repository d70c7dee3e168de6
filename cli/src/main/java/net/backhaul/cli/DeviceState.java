// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The state of a network device of this host, which the API does not show. Linux only. */
final class DeviceState {
  private static final Path DEVICES = Path.of("/sys/class/net");
  private static final int IFF_UP = 1;

  private DeviceState() {}

  /** Returns whether a device of this host is down; false if there is none of that name. */
  static boolean isDown(String name) {
    return isDown(DEVICES, name);
  }

  static boolean isDown(Path devices, String name) {
    if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
      return false; // Not the name of a device.
    }
    try {
      byte[] flags = Files.readAllBytes(devices.resolve(name + "/flags"));
      String text = new String(flags, StandardCharsets.US_ASCII).strip();
      return (Integer.decode(text) & IFF_UP) == 0;
    } catch (IOException | IllegalArgumentException unknown) {
      return false;
    }
  }

  /** Returns what to do about a device that is down. */
  static String hint(String name) {
    return name + " is down, so it carries no frames; set it up with: ip link set " + name + " up";
  }
}
