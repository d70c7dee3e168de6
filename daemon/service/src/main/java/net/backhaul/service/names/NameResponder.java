// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * Answers DNS queries for names and addresses of members (RFC 1035); forwards nothing.
 *
 * <p>Negative answers have no SOA record, so that no cache keeps them: a member may get its name in
 * the next second.
 */
final class NameResponder {
  /** How long caches keep an answer: renamed members are found within seconds. */
  static final int TTL_S = 5;

  /** Maximum answer for a client without EDNS (RFC 1035 section 4.2.1). */
  static final int MAX_PLAIN_BYTES = 512;

  /** Maximum answer for a client with EDNS, and what is stated to it (RFC 6891). */
  static final int MAX_EDNS_BYTES = 1_232;

  private static final int HEADER_BYTES = 12;
  private static final int OPT_BYTES = 11;
  private static final int FLAG_RESPONSE = 0x8000;
  private static final int FLAG_AUTHORITATIVE = 0x0400;
  private static final int FLAG_TRUNCATED = 0x0200;
  private static final int FLAG_RECURSION_DESIRED = 0x0100;
  private static final int OPCODE = 0x7800;

  /** A pointer to the name of the question. */
  private static final int QUESTION_NAME = 0xc00c;

  /** The code of a response (RFC 1035 section 4.1.1, RFC 6891 section 6.1.3). */
  enum Code {
    NO_ERROR(0),
    FORMAT_ERROR(1),
    NAME_ERROR(3),
    NOT_IMPLEMENTED(4),
    REJECTED(5),
    BAD_VERSION(16);

    final int number;

    Code(int number) {
      this.number = number;
    }
  }

  /** A response to be sent. */
  record Answer(Code code, byte[] bytes) {}

  private record Record(int type, byte[] data) {}

  private final byte[] bytes;
  private final int length;
  private final NameTable table;
  private final List<Record> records = new ArrayList<>();
  private @Nullable NameQuery query;
  private boolean isAuthoritative;
  private boolean hasEdns;
  private int maxBytes = MAX_PLAIN_BYTES;

  private NameResponder(byte[] bytes, int length, NameTable table) {
    this.bytes = bytes;
    this.length = length;
    this.table = table;
  }

  /** Returns the answer to a datagram; null if it is no query at all. */
  static @Nullable Answer answer(byte[] bytes, int length, NameTable table) {
    if (length < HEADER_BYTES || (bytes[2] & 0x80) != 0) {
      return null;
    }
    var responder = new NameResponder(bytes, length, table);
    Code code;
    try {
      code = responder.resolve();
    } catch (WireException malformed) {
      code = Code.FORMAT_ERROR;
    }
    return new Answer(code, responder.response(code));
  }

  private Code resolve() {
    var in = new WireReader(bytes, 0, length);
    in.skip(2);
    int flags = in.u16();
    int questions = in.u16();
    int others = in.u16() + in.u16();
    int additional = in.u16();
    if ((flags & OPCODE) != 0) {
      return Code.NOT_IMPLEMENTED;
    }
    if (questions != 1 || others != 0) {
      return Code.FORMAT_ERROR;
    }
    NameQuery read = NameQuery.read(in);
    query = read;
    if (additional > 0 && !readEdns(in)) {
      return Code.BAD_VERSION;
    }
    if (read.dnsClass() != NameQuery.CLASS_IN && read.dnsClass() != NameQuery.ANY) {
      return Code.REJECTED;
    }
    InetAddress address = ReverseName.address(read.name());
    return address == null ? resolveName(read) : resolveAddress(read, address);
  }

  /** Reads what a client supports; returns false for an unknown version of EDNS. */
  private boolean readEdns(WireReader in) {
    if (in.u8() != 0 || in.u16() != NameQuery.TYPE_OPT) {
      return true; // Another record, such as a signature, does not matter.
    }
    hasEdns = true;
    maxBytes = Math.clamp(in.u16(), MAX_PLAIN_BYTES, MAX_EDNS_BYTES);
    in.skip(1);
    int version = in.u8();
    in.skip(2);
    in.skip(in.u16());
    return version == 0;
  }

  private Code resolveName(NameQuery read) {
    if (!table.isInDomain(read.name())) {
      return Code.REJECTED;
    }
    isAuthoritative = true;
    List<InetAddress> addresses = table.addresses(read.name());
    if (addresses == null) {
      return Code.NAME_ERROR;
    }
    for (InetAddress each : addresses) {
      byte[] data = each.getAddress();
      int type = data.length == 4 ? NameQuery.TYPE_A : NameQuery.TYPE_AAAA;
      if (read.wants(type)) {
        records.add(new Record(type, data));
      }
    }
    return Code.NO_ERROR;
  }

  private Code resolveAddress(NameQuery read, InetAddress address) {
    String name = table.nameOf(address);
    if (name == null && !table.isManaged(address)) {
      return Code.REJECTED;
    }
    isAuthoritative = true;
    if (name == null) {
      return Code.NAME_ERROR;
    }
    if (read.wants(NameQuery.TYPE_PTR)) {
      var out = new WireWriter();
      for (String label : name.split("\\.")) {
        out.u8(label.length()).bytes(label.getBytes(StandardCharsets.ISO_8859_1));
      }
      records.add(new Record(NameQuery.TYPE_PTR, out.u8(0).toByteArray()));
    }
    return Code.NO_ERROR;
  }

  private byte[] response(Code code) {
    NameQuery read = query;
    int room = maxBytes - (read == null ? HEADER_BYTES : read.end()) - (hasEdns ? OPT_BYTES : 0);
    int count = 0;
    while (count < records.size() && room >= HEADER_BYTES + records.get(count).data.length) {
      room -= HEADER_BYTES + records.get(count).data.length;
      count++;
    }
    int asked = (bytes[2] & 0xff) << 8;
    var out = new WireWriter();
    out.bytes(bytes, 0, 2);
    out.u16(
        FLAG_RESPONSE
            | (asked & (OPCODE | FLAG_RECURSION_DESIRED))
            | (isAuthoritative ? FLAG_AUTHORITATIVE : 0)
            | (count < records.size() ? FLAG_TRUNCATED : 0)
            | (code.number & 0xf));
    out.u16(read == null ? 0 : 1).u16(count).u16(0).u16(hasEdns ? 1 : 0);
    if (read != null) {
      out.bytes(bytes, HEADER_BYTES, read.end() - HEADER_BYTES);
    }
    for (Record each : records.subList(0, count)) {
      out.u16(QUESTION_NAME).u16(each.type).u16(NameQuery.CLASS_IN).u32(TTL_S);
      out.u16(each.data.length).bytes(each.data);
    }
    if (hasEdns) {
      out.u8(0).u16(NameQuery.TYPE_OPT).u16(MAX_EDNS_BYTES);
      out.u8(code.number >> 4).u8(0).u16(0).u16(0);
    }
    return out.toByteArray();
  }
}
