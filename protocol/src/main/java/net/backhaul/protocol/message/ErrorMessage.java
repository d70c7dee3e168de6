// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * Says that a packet could not be handled (02 section 2.2).
 *
 * @param networkId the network it is about, 0 where there is none
 * @param rest what follows the network id
 */
public record ErrorMessage(int inReVerb, long inRePacketId, int code, long networkId, Bytes rest)
    implements Message {
  public static final int OBJ_NOT_FOUND = 0x03;
  public static final int IDENTITY_COLLISION = 0x04;
  public static final int UNSUPPORTED_OPERATION = 0x05;
  public static final int NEED_MEMBERSHIP_CERTIFICATE = 0x06;
  public static final int NETWORK_ACCESS_DENIED = 0x07;
  public static final int UNWANTED_MULTICAST = 0x08;
  public static final int NETWORK_AUTHENTICATION_REQUIRED = 0x09;

  private static final int NETWORK_ID_BYTES = 8;

  public static ErrorMessage read(WireReader in) {
    int inReVerb = in.u8();
    long inRePacketId = in.u64();
    int code = in.u8();
    boolean about =
        in.remaining() >= NETWORK_ID_BYTES
            || (code >= OBJ_NOT_FOUND
                && code != IDENTITY_COLLISION
                && code <= NETWORK_AUTHENTICATION_REQUIRED);
    long networkId = about ? in.u64() : 0;
    return new ErrorMessage(
        inReVerb, inRePacketId, code, networkId, Bytes.of(in.bytes(in.remaining())));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(inReVerb).u64(inRePacketId).u8(code);
    if (code != IDENTITY_COLLISION) {
      out.u64(networkId);
    }
    rest.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.ERROR;
  }
}
