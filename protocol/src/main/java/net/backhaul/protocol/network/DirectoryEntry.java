// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A member in the directory of a network (03 section 3.8).
 *
 * @param label its DNS label, unique in the network; empty for a member that was removed
 * @param name the name that the operator gave it, without control characters; may be empty
 * @param addresses its managed addresses
 */
public record DirectoryEntry(long address, String label, String name, List<InetAddress> addresses) {
  /** Maximum length of a name in UTF-8; longer ones are truncated. */
  public static final int MAX_NAME_BYTES = 127;

  /** Maximum managed addresses of a member; further ones are left out. */
  public static final int MAX_ADDRESSES = 16;

  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;

  public DirectoryEntry {
    addresses = List.copyOf(addresses);
  }

  /** Creates an entry within the limits; characters that are not shown are omitted. */
  public static DirectoryEntry of(
      long address, String label, String name, List<InetAddress> addresses) {
    return new DirectoryEntry(
        address,
        label,
        shown(name),
        addresses.size() > MAX_ADDRESSES ? addresses.subList(0, MAX_ADDRESSES) : addresses);
  }

  /** Creates the entry of a member that was removed. */
  public static DirectoryEntry removed(long address) {
    return new DirectoryEntry(address, "", "", List.of());
  }

  /** Returns whether the member was removed. */
  public boolean isRemoved() {
    return label.isEmpty();
  }

  /**
   * Reads an entry.
   *
   * @throws WireException if it is truncated, its label is no label, or its name has a control
   *     character
   */
  public static DirectoryEntry read(WireReader in) {
    long address = in.address();
    if (Addresses.isReserved(address)) {
      throw new WireException("directory entry of a reserved address");
    }
    String label = text(in.bytes(in.u8()));
    if (label.isEmpty()) {
      return removed(address);
    }
    if (!DnsLabels.isLabel(label)) {
      throw new WireException("directory entry without a valid label");
    }
    String name = text(in.bytes(in.u8()));
    if (name.chars().anyMatch(Character::isISOControl)) {
      throw new WireException("directory entry with a control character in its name");
    }
    int count = in.u8();
    if (count > MAX_ADDRESSES) {
      throw new WireException("directory entry with too many addresses");
    }
    var addresses = new ArrayList<InetAddress>();
    for (int i = 0; i < count; i++) {
      addresses.add(ip(in));
    }
    return of(address, label, name, addresses);
  }

  /** Writes the entry. */
  public void writeTo(WireWriter out) {
    out.address(address);
    writeText(out, label);
    if (isRemoved()) {
      return;
    }
    writeText(out, name);
    out.u8(addresses.size());
    for (InetAddress each : addresses) {
      byte[] bytes = each.getAddress();
      out.u8(bytes.length).bytes(bytes);
    }
  }

  private static void writeText(WireWriter out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.u8(bytes.length).bytes(bytes);
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new WireException("directory entry with an invalid text");
    }
  }

  private static InetAddress ip(WireReader in) {
    int length = in.u8();
    if (length != V4_BYTES && length != V6_BYTES) {
      throw new WireException("directory entry with an invalid address");
    }
    try {
      InetAddress ip = InetAddress.getByAddress(in.bytes(length));
      if (ip.getAddress().length != length) {
        throw new WireException("directory entry with an address of IPv4 in IPv6");
      }
      return ip;
    } catch (UnknownHostException e) {
      throw new WireException("directory entry with an invalid address");
    }
  }

  /** Returns a name without characters that a terminal would not show, within its limit. */
  private static String shown(String name) {
    var out = new StringBuilder();
    int bytes = 0;
    for (int at = 0; at < name.length() && bytes < MAX_NAME_BYTES; ) {
      int point = name.codePointAt(at);
      at += Character.charCount(point);
      if (!isShown(point)) {
        continue;
      }
      bytes += Character.toString(point).getBytes(StandardCharsets.UTF_8).length;
      if (bytes <= MAX_NAME_BYTES) {
        out.appendCodePoint(point);
      }
    }
    return out.toString();
  }

  private static boolean isShown(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
