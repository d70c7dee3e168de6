// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;
import java.util.HexFormat;

/** An immutable sequence of bytes with the equality of values, for use in records. */
public final class Bytes {
  public static final Bytes EMPTY = new Bytes(new byte[0]);

  private final byte[] bytes;

  private Bytes(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Copies the bytes. */
  public static Bytes of(byte[] bytes) {
    return bytes.length == 0 ? EMPTY : new Bytes(bytes.clone());
  }

  /** Reads hexadecimal digits; throws IllegalArgumentException for anything else. */
  public static Bytes ofHex(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  public int length() {
    return bytes.length;
  }

  public boolean isEmpty() {
    return bytes.length == 0;
  }

  /** Returns a copy. */
  public byte[] toByteArray() {
    return bytes.clone();
  }

  public String hex() {
    return HexFormat.of().formatHex(bytes);
  }

  /** Writes the bytes to a cursor without a copy in between. */
  public void writeTo(WireWriter out) {
    out.bytes(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return hex();
  }
}
