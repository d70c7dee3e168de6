// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.SegmentRun;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Packets;

/**
 * Unsealed packets of one verb to one peer, back to back and of equal size except the last, which
 * may be shorter; each has 28 bytes for its header before its payload.
 *
 * <p>A mutable view that its owner reuses; it owns no bytes.
 */
public final class PacketRun extends SegmentRun {
  private static final int COMPRESSED = 0x80;

  private long destination;
  private int verbByte;

  /** Sets the destination and the verb of the packets. */
  public PacketRun to(long address, Verb verb) {
    return to(address, verb.number());
  }

  /** Sets the destination, and the verb with the flag of compressed payloads. */
  PacketRun to(long address, int verbAndFlags) {
    destination = address;
    verbByte = verbAndFlags;
    setTrafficClass(0);
    setFlow(0);
    return this;
  }

  /** Sets the traffic class of the IP packets in frames, all of the same; initially 0. */
  public PacketRun trafficClass(int newTrafficClass) {
    setTrafficClass(newTrafficClass);
    return this;
  }

  /** Sets a hash of the flow of the IP packets in frames; initially 0. */
  public PacketRun flow(int newFlow) {
    setFlow(newFlow);
    return this;
  }

  /** Sets the verb byte of a payload that may be compressed. */
  static int verbByte(Verb verb, boolean compressed) {
    return verb.number() | (compressed ? COMPRESSED : 0);
  }

  /** Points this view at one packet by its payload, which the 28 bytes of its header precede. */
  public PacketRun wrapPayload(byte[] newBytes, int payloadStart, int payloadLength) {
    int whole = Packets.HEADER_BYTES + payloadLength;
    return wrap(newBytes, payloadStart - Packets.HEADER_BYTES, whole, whole);
  }

  /**
   * Points this view at packets.
   *
   * @param newLength of all packets together, in bytes, with the space for their headers
   * @param newPacketBytes of each packet, with the space for its header
   */
  public PacketRun wrap(byte[] newBytes, int newStart, int newLength, int newPacketBytes) {
    setBytes(newBytes, newStart, newLength, newPacketBytes);
    return this;
  }

  public long destination() {
    return destination;
  }

  int verbByte() {
    return verbByte;
  }

  /** Returns the number of the verb. */
  public int verb() {
    return verbByte & ~COMPRESSED;
  }
}
