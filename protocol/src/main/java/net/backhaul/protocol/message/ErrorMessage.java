// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * ERROR: a packet was rejected (02 section 2.2).
 *
 * @param inReVerb the number of the verb of the rejected packet
 * @param inRePacketId the id of the rejected packet on the wire
 * @param code one of the constants, or an unknown number
 * @param networkId the network of the rejected packet, 0 for none
 * @param rest the bytes after the network id
 */
public record ErrorMessage(int inReVerb, long inRePacketId, int code, long networkId, Bytes rest)
    implements Message {
  /** The requested object does not exist. */
  public static final int OBJ_NOT_FOUND = 0x03;

  /** Another node has the sender's address. */
  public static final int IDENTITY_COLLISION = 0x04;

  /** The verb is not supported. */
  public static final int UNSUPPORTED_OPERATION = 0x05;

  /** A certificate of membership is required. */
  public static final int NEED_MEMBERSHIP_CERTIFICATE = 0x06;

  /** The controller rejects the member. */
  public static final int NETWORK_ACCESS_DENIED = 0x07;

  /** The recipient is not in the multicast group. */
  public static final int UNWANTED_MULTICAST = 0x08;

  /** The member must log in first. */
  public static final int NETWORK_AUTHENTICATION_REQUIRED = 0x09;

  private static final int NETWORK_ID_BYTES = 8;

  /** Reads the payload; the codes that a network belongs to have its id. */
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
