// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Parses {@code /proc/net/dev_mcast}, the multicast MACs of all devices. */
final class MulticastTable {
  private static final int NAME = 1;
  private static final int MAC = 4;
  private static final int MAC_DIGITS = 12;

  private MulticastTable() {}

  /** Returns the MACs of a device; lines in another format are ignored. */
  static List<Long> of(String device, String lines) {
    var macs = new ArrayList<Long>();
    for (String line : lines.split("\n")) {
      String[] columns = line.strip().split("\\s+");
      if (columns.length > MAC
          && columns[NAME].equals(device)
          && columns[MAC].length() == MAC_DIGITS
          && columns[MAC].chars().allMatch(HexFormat::isHexDigit)) {
        macs.add(HexFormat.fromHexDigitsToLong(columns[MAC]));
      }
    }
    return macs;
  }
}
