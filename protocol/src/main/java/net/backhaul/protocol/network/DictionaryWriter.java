// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import net.backhaul.protocol.identity.Addresses;

/** Writes a dictionary of limited size (03 section 2.1). */
public final class DictionaryWriter {
  private final int capacity;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();

  /** Creates a writer of at most {@code capacity - 1} bytes. */
  public DictionaryWriter(int capacity) {
    this.capacity = capacity;
  }

  /** Adds an entry; returns false and adds nothing if it does not fit. */
  public boolean add(String key, byte[] value) {
    var entry = new ByteArrayOutputStream();
    if (text.size() > 0) {
      entry.write('\n');
    }
    entry.writeBytes(key.getBytes(StandardCharsets.UTF_8));
    entry.write('=');
    for (byte b : value) {
      switch (b) {
        case 0 -> escape(entry, '0');
        case '\r' -> escape(entry, 'r');
        case '\n' -> escape(entry, 'n');
        case '\\' -> escape(entry, '\\');
        case '=' -> escape(entry, 'e');
        default -> entry.write(b);
      }
    }
    if (text.size() + entry.size() > capacity - 1) {
      return false;
    }
    text.writeBytes(entry.toByteArray());
    return true;
  }

  /** Adds text up to its first zero character; returns false if it does not fit. */
  public boolean add(String key, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return add(key, Arrays.copyOf(bytes, end));
  }

  /** Adds 1 or 0; returns false if it does not fit. */
  public boolean add(String key, boolean value) {
    return add(key, value ? "1" : "0");
  }

  /** Adds a number as 16 hexadecimal digits; returns false if it does not fit. */
  public boolean addU64(String key, long value) {
    return add(key, HexFormat.of().toHexDigits(value));
  }

  /** Adds a node address; returns false if it does not fit. */
  public boolean addAddress(String key, long address) {
    return add(key, Addresses.text(address));
  }

  /** Returns the text. */
  public byte[] toByteArray() {
    return text.toByteArray();
  }

  private static void escape(ByteArrayOutputStream entry, int code) {
    entry.write('\\');
    entry.write(code);
  }
}
