// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A chunk of a configuration dictionary or of a directory update, signed by the controller (03
 * section 1.6).
 *
 * @param updateId common to all chunks of an update, never 0
 * @param totalLength the length of the dictionary
 * @param index the offset of the data in the dictionary
 * @param signature empty for the legacy form, which only the controller itself may send
 */
public record ConfigChunk(
    long networkId,
    Bytes data,
    int flags,
    long updateId,
    long totalLength,
    long index,
    Bytes signature) {
  /** The maximum length of the data of a chunk that we send. */
  public static final int MAX_DATA_BYTES = 9_740;

  /** Flag: members forward the chunk to other members. */
  public static final int FAST_PROPAGATION = 0x01;

  /** Flag: the data belong to a directory update instead of a dictionary (03 section 3.8). */
  public static final int DIRECTORY = 0x02;

  private static final int SIGNATURE_TYPE = 1;

  /** Reads a chunk in the signed or the legacy form. */
  public static ConfigChunk read(WireReader in) {
    long networkId = in.u64();
    Bytes data = Bytes.of(in.bytes(in.u16()));
    if (in.atEnd()) {
      return new ConfigChunk(networkId, data, 0, 0, data.length(), 0, Bytes.EMPTY);
    }
    int flags = in.u8();
    long updateId = in.u64();
    long total = in.u32();
    long index = in.u32();
    if (in.u8() != SIGNATURE_TYPE || in.u16() != Signatures.BYTES) {
      throw new WireException("invalid signature type or length of a chunk");
    }
    Bytes signature = Bytes.of(in.bytes(Signatures.BYTES));
    return new ConfigChunk(networkId, data, flags, updateId, total, index, signature);
  }

  /** Writes the chunk in the form that it has. */
  public void writeTo(WireWriter out) {
    if (isLegacy()) {
      out.u64(networkId).u16(data.length());
      data.writeTo(out);
      return;
    }
    writeSigned(out);
    out.u8(SIGNATURE_TYPE).u16(Signatures.BYTES);
    signature.writeTo(out);
  }

  private void writeSigned(WireWriter out) {
    out.u64(networkId).u16(data.length());
    data.writeTo(out);
    out.u8(flags).u64(updateId).u32(totalLength).u32(index);
  }

  /** Returns the bytes that the controller signs. */
  public byte[] signedBytes() {
    var out = new WireWriter();
    writeSigned(out);
    return out.toByteArray();
  }

  /** Returns whether the chunk has the legacy form without a signature. */
  public boolean isLegacy() {
    return signature.isEmpty();
  }

  /** Returns whether members forward the chunk. */
  public boolean propagatesFast() {
    return (flags & FAST_PROPAGATION) != 0;
  }

  /** Returns whether the data belong to a directory update. */
  public boolean isDirectory() {
    return (flags & DIRECTORY) != 0;
  }

  /** Returns an id that distinguishes chunks, derived from two words of the signature. */
  public long chunkId() {
    byte[] bytes = signature.toByteArray();
    var in = new WireReader(bytes, 0, bytes.length);
    long first = in.u64();
    return first ^ in.u64();
  }

  /** Splits a dictionary into signed chunks. */
  public static List<ConfigChunk> split(
      Identity controller, long networkId, byte[] dictionary, long updateId, int flags) {
    var chunks = new ArrayList<ConfigChunk>();
    for (int at = 0; at < dictionary.length; at += MAX_DATA_BYTES) {
      int end = Math.min(at + MAX_DATA_BYTES, dictionary.length);
      Bytes data = Bytes.of(Arrays.copyOfRange(dictionary, at, end));
      var unsigned =
          new ConfigChunk(networkId, data, flags, updateId, dictionary.length, at, Bytes.EMPTY);
      Bytes signature = Bytes.of(controller.sign(unsigned.signedBytes()));
      chunks.add(
          new ConfigChunk(networkId, data, flags, updateId, dictionary.length, at, signature));
    }
    return chunks;
  }
}
