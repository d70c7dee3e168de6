// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.service.state.BoundedFile;
import net.backhaul.service.state.FileProblem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file that assigns names to the devices of networks, one {@code nwid=name} a line. */
final class DeviceMap {
  private static final Logger log = LoggerFactory.getLogger(DeviceMap.class);
  private static final String FILE = "devicemap";
  private static final Pattern NAME = Pattern.compile("(?!\\.{1,2}$)[^\\s/:%\\x00-\\x20]+");
  private static final long MAX_BYTES = 1024 * 1024;

  private DeviceMap() {}

  /** Returns the configured name for a network's device; empty where there is none. */
  static String nameFor(long networkId, Path home) {
    Path file = home.resolve(FILE);
    try {
      byte[] text = ByteOrderMark.strip(BoundedFile.read(file, MAX_BYTES));
      return nameFor(networkId, new String(text, StandardCharsets.ISO_8859_1));
    } catch (NoSuchFileException none) {
      return "";
    } catch (IOException e) {
      log.warn(
          "cannot read {}: {}; devices get their default names",
          file,
          FileProblem.describe(file, e));
      return "";
    }
  }

  static String nameFor(long networkId, String content) {
    for (String line : content.split("\\R")) {
      String[] parts = line.strip().split("=", 2);
      if (parts.length == 2 && parts[0].strip().equalsIgnoreCase(NetworkIds.text(networkId))) {
        String name = parts[1].strip();
        if (NAME.matcher(name).matches()) {
          return name;
        }
        log.warn(
            "devicemap, network {}: \"{}\" is not a valid device name: a name must not hold"
                + " blanks, slashes, colons or percent signs; the default name is used",
            NetworkIds.text(networkId),
            name.replaceAll("\\p{Cntrl}", "?"));
      }
    }
    return "";
  }
}
