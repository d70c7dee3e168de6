// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Compresses payloads as bare LZ4 blocks (02 section 1.5). */
public final class Compression {
  /** Payloads of this length and less are sent as they are. */
  public static final int WORTH_IT_BYTES = 64;

  private static final LZ4Compressor COMPRESSOR = LZ4Factory.safeInstance().fastCompressor();
  private static final LZ4SafeDecompressor DECOMPRESSOR =
      LZ4Factory.safeInstance().safeDecompressor();

  private Compression() {}

  /** Writes the compressed block and returns its length, or -1 where it would not be shorter. */
  public static int compress(byte[] in, int start, int length, byte[] out, int outStart) {
    if (length <= WORTH_IT_BYTES) {
      return -1;
    }
    try {
      int room = Math.min(length - 1, out.length - outStart);
      return COMPRESSOR.compress(in, start, length, out, outStart, room);
    } catch (LZ4Exception notShorter) {
      return -1;
    }
  }

  /** Writes the decompressed bytes and returns how many, or -1 for an invalid or too long block. */
  public static int decompress(
      byte[] in, int start, int length, byte[] out, int outStart, int maxOut) {
    try {
      return DECOMPRESSOR.decompress(in, start, length, out, outStart, maxOut);
    } catch (LZ4Exception invalid) {
      return -1;
    }
  }
}
