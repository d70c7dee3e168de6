// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol;

import java.util.HexFormat;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** Reads and writes values in the form in which vectors have them. */
public final class WireBytes {
  private WireBytes() {}

  /** Returns a reader of a whole array. */
  public static WireReader reader(byte[] bytes) {
    return new WireReader(bytes, 0, bytes.length);
  }

  /** A value that writes itself to the wire. */
  @FunctionalInterface
  public interface Writable {
    /** Appends the value in its wire format. */
    void writeTo(WireWriter out);
  }

  /** Returns a value's wire format in hexadecimal digits. */
  public static String written(Writable value) {
    var out = new WireWriter();
    value.writeTo(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }
}
