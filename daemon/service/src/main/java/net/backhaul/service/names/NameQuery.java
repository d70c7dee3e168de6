// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;

/**
 * The question of a DNS query (RFC 1035 section 4.1).
 *
 * @param name in lower case, without a dot at its end; one with other bytes than those of names is
 *     empty
 * @param end the offset behind the question
 */
record NameQuery(String name, int type, int dnsClass, int end) {
  static final int TYPE_A = 1;
  static final int TYPE_PTR = 12;
  static final int TYPE_AAAA = 28;
  static final int TYPE_OPT = 41;
  static final int ANY = 255;
  static final int CLASS_IN = 1;

  private static final int MAX_NAME_BYTES = 255;
  private static final int MAX_LABEL_BYTES = 63;

  /**
   * Reads a question.
   *
   * @throws WireException if it is malformed; pointers have no place in a question
   */
  static NameQuery read(WireReader in) {
    var name = new StringBuilder();
    boolean isPlain = true;
    int bytes = 1;
    for (int length = in.u8(); length != 0; length = in.u8()) {
      bytes += length + 1;
      if (length > MAX_LABEL_BYTES || bytes > MAX_NAME_BYTES) {
        throw new WireException("invalid name in a query");
      }
      String label = new String(in.bytes(length), StandardCharsets.ISO_8859_1);
      isPlain &= label.chars().allMatch(each -> each > ' ' && each < 0x7f && each != '.');
      name.append(name.isEmpty() ? "" : ".").append(label);
    }
    int type = in.u16();
    int dnsClass = in.u16();
    String text = isPlain ? name.toString().toLowerCase(Locale.ROOT) : "";
    return new NameQuery(text, type, dnsClass, in.position());
  }

  boolean wants(int wanted) {
    return type == wanted || type == ANY;
  }
}
