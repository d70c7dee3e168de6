// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Messages of PCP (RFC 6887 sections 7, 11 and 14.1). */
final class PcpMessages {
  static final int VERSION = 2;
  static final int NONCE_BYTES = 12;

  static final int SUCCESS = 0;
  static final int UNSUPPORTED_VERSION = 1;
  private static final int ANNOUNCE = 0;
  private static final int MAP = 1;
  private static final int ANSWER = 0x80;
  private static final int UDP = 17;
  private static final int HEADER_BYTES = 24;
  private static final int RESERVED_BYTES = 12;
  private static final int V4_PREFIX_ZEROS = 10;
  private static final int V4_PREFIX_BYTES = 12;

  private PcpMessages() {}

  /**
   * A response.
   *
   * @param lifetimeS of the mapping, or of the error
   * @param mapping null in an announcement, and in an error without one
   */
  record PcpResponse(
      int version, int result, long lifetimeS, long epochS, @Nullable Mapping mapping) {}

  /** What a MAP response is about. */
  record Mapping(Bytes nonce, int internalPort, InetSocketAddress external) {}

  /**
   * Returns a MAP request.
   *
   * @param lifetimeS 0 to remove the mapping
   * @param suggested the external endpoint that is preferred
   */
  static byte[] request(
      InetSocketAddress local, InetSocketAddress suggested, byte[] nonce, long lifetimeS) {
    var out = new WireWriter();
    out.u8(VERSION).u8(MAP).u16(0).u32(lifetimeS);
    writeV4(out, local.getAddress());
    out.bytes(nonce).u8(UDP).u8(0).u16(0);
    out.u16(local.getPort()).u16(suggested.getPort());
    writeV4(out, suggested.getAddress());
    return out.toByteArray();
  }

  private static void writeV4(WireWriter out, InetAddress address) {
    out.bytes(new byte[V4_PREFIX_ZEROS]).u16(0xffff).bytes(address.getAddress());
  }

  /** Reads a response; throws WireException for anything else. */
  static PcpResponse read(byte[] bytes, int length) {
    var in = new WireReader(bytes, 0, length);
    int version = in.u8();
    int operation = in.u8();
    in.skip(1);
    int result = in.u8();
    if ((operation & ANSWER) == 0) {
      throw new WireException("a request in place of a response");
    }
    if (version != VERSION) {
      // A server for NAT-PMP answers with 8 bytes; only its result counts (RFC 6887 section 9).
      return new PcpResponse(version, UNSUPPORTED_VERSION, 0, 0, null);
    }
    long lifetimeS = in.u32();
    long epochS = in.u32();
    if (length % 4 != 0 || length < HEADER_BYTES) {
      throw new WireException("a length that PCP does not have");
    }
    in.skip(RESERVED_BYTES);
    return switch (operation & ~ANSWER) {
      case ANNOUNCE -> new PcpResponse(version, result, lifetimeS, epochS, null);
      case MAP ->
          new PcpResponse(version, result, lifetimeS, epochS, in.atEnd() ? null : readMapping(in));
      default -> throw new WireException("an operation that was not requested");
    };
  }

  private static Mapping readMapping(WireReader in) {
    Bytes nonce = Bytes.of(in.bytes(NONCE_BYTES));
    int protocol = in.u8();
    in.skip(3);
    int internalPort = in.u16();
    int externalPort = in.u16();
    byte[] prefix = in.bytes(V4_PREFIX_BYTES);
    byte[] ip = in.bytes(4);
    if (protocol != UDP) {
      throw new WireException("a mapping of another protocol");
    }
    for (int i = 0; i < V4_PREFIX_BYTES; i++) {
      if (prefix[i] != (i < V4_PREFIX_ZEROS ? 0 : -1)) {
        throw new WireException("an external address that is not IPv4");
      }
    }
    return new Mapping(nonce, internalPort, Endpoints.of(ip, externalPort));
  }

  /** Returns what a result code means. */
  static String text(int result) {
    return switch (result) {
      case UNSUPPORTED_VERSION -> "the router has another version";
      case 2 -> "the router does not permit it";
      case 3 -> "the router finds the request malformed";
      case 4, 5, 6 -> "the router does not support the request";
      case 7 -> "the router has no connection to the internet";
      case 8 -> "the router has no resources left";
      case 9 -> "the router does not map UDP";
      case 10 -> "the router maps no more ports for this host";
      case 11 -> "the router has no such external address or port";
      case 12 -> "a NAT lies between this host and the router";
      default -> "the router rejects it with result " + result;
    };
  }
}
