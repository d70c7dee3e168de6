// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Messages of NAT-PMP (RFC 6886 section 3). */
final class NatPmpMessages {
  private static final int VERSION = 0;
  private static final int ADDRESS = 0;
  private static final int MAP_UDP = 1;
  private static final int ANSWER = 0x80;

  private NatPmpMessages() {}

  /**
   * A response.
   *
   * @param address the external address; null in a response about a mapping, and in an error
   * @param mapping null in a response about the address, and in an error
   */
  record NatPmpResponse(
      boolean isAddress,
      int result,
      long epochS,
      @Nullable InetAddress address,
      @Nullable Mapping mapping) {}

  /** What a response about a mapping says. */
  record Mapping(int internalPort, int externalPort, long lifetimeS) {}

  static byte[] addressRequest() {
    return new byte[] {VERSION, ADDRESS};
  }

  /**
   * Returns a request for a mapping.
   *
   * @param externalPort the preferred one
   * @param lifetimeS 0 to remove the mapping
   */
  static byte[] request(int internalPort, int externalPort, long lifetimeS) {
    var out = new WireWriter();
    out.u8(VERSION).u8(MAP_UDP).u16(0).u16(internalPort).u16(externalPort).u32(lifetimeS);
    return out.toByteArray();
  }

  /** Reads a response; throws WireException for anything else. */
  static NatPmpResponse read(byte[] bytes, int length) {
    var in = new WireReader(bytes, 0, length);
    if (in.u8() != VERSION) {
      throw new WireException("another version");
    }
    int operation = in.u8();
    int result = in.u16();
    long epochS = in.u32();
    return switch (operation) {
      case ANSWER | ADDRESS ->
          new NatPmpResponse(
              true,
              result,
              epochS,
              result == 0 ? Endpoints.of(in.bytes(4), 0).getAddress() : null,
              null);
      case ANSWER | MAP_UDP ->
          new NatPmpResponse(
              false,
              result,
              epochS,
              null,
              result == 0 ? new Mapping(in.u16(), in.u16(), in.u32()) : null);
      default -> throw new WireException("an operation that was not requested");
    };
  }

  /** Returns what a result code means. */
  static String text(int result) {
    return switch (result) {
      case 1 -> "the router has another version";
      case 2 -> "the router does not permit it";
      case 3 -> "the router has no connection to the internet";
      case 4 -> "the router has no resources left";
      case 5 -> "the router does not support the request";
      default -> "the router rejects it with result " + result;
    };
  }
}
