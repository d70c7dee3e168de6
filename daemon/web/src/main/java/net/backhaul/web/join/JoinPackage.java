// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A package of Backhaul for Linux hosts.
 *
 * @param kind deb, rpm or tar
 * @param machine as {@code uname -m} prints it
 * @param sha256 of the file, 32 bytes in hexadecimal digits
 */
public record JoinPackage(String kind, String machine, Path file, long bytes, String sha256) {
  /** Returns the beginning of the hash, by which URLs name the package. */
  long id() {
    return ByteBuffer.wrap(HexFormat.of().parseHex(sha256)).getLong();
  }

  /** Returns the line of this package in the script. */
  String line() {
    return kind + " " + machine + " " + HexFormat.of().toHexDigits(id()) + " " + sha256;
  }
}
