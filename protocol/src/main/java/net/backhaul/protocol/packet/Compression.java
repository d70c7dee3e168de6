// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Compresses payloads as bare LZ4 blocks (02 section 1.5). */
public final class Compression {
  /** Payloads up to this length are sent uncompressed. */
  public static final int MAX_UNCOMPRESSED_BYTES = 64;

  private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.safeInstance().safeDecompressor();

  private Compression() {}

  /** Writes the compressed block; returns its length, or -1 if it is not shorter than the input. */
  public static int compress(byte[] in, int start, int length, byte[] out, int outStart) {
    if (length <= MAX_UNCOMPRESSED_BYTES) {
      return -1;
    }
    try {
      int maxBytes = Math.min(length - 1, out.length - outStart);
      return COMPRESSOR.compress(in, start, length, out, outStart, maxBytes);
    } catch (LZ4Exception notShorter) {
      return -1;
    }
  }

  /** Writes the decompressed bytes; returns their number, or -1 if invalid or beyond maxOut. */
  public static int decompress(
      byte[] in, int start, int length, byte[] out, int outStart, int maxOut) {
    try {
      return DECOMPRESSOR.decompress(in, start, length, out, outStart, maxOut);
    } catch (LZ4Exception invalid) {
      return -1;
    }
  }
}
