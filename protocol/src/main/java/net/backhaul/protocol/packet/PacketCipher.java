// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.crypto.Agreement;
import net.backhaul.crypto.Poly1305;
import net.backhaul.crypto.Salsa20;
import org.jspecify.annotations.Nullable;

/**
 * Seals and opens the packets of one peer with expanded keys (01 section 5).
 *
 * <p>Not thread-safe. AES keys are derived on first use.
 */
public final class PacketCipher {
  private static final int KEY_BYTES = 32;
  private static final int FLAGS = 18;
  private static final int MAC = 19;
  private static final int MAC_BYTES = 8;
  private static final int BODY = 27;
  private static final int ID_BYTES = 8;
  private static final int WITHOUT_HOPS = 0xf8;
  private static final int AAD_BYTES = 16;
  private static final int LABEL_K0 = '0';
  private static final int LABEL_K1 = '1';
  private static final int FAST_ROUNDS = 12;

  private final byte[] key48;
  private final Salsa20 salsa = new Salsa20(FAST_ROUNDS);
  private final Poly1305 poly = new Poly1305();
  private final byte[] mangled = new byte[KEY_BYTES];
  private final byte[] firstBlock = new byte[Salsa20.BLOCK_BYTES];
  private final byte[] tag = new byte[AesGmacSiv.TAG_BYTES];
  private final byte[] aad = new byte[AAD_BYTES];
  private final byte[] maskIv = new byte[ID_BYTES];
  private final PacketView view = new PacketView();
  private @Nullable AesGmacSiv aes;
  private boolean wiped;

  private PacketCipher(byte[] key48) {
    this.key48 = key48;
  }

  /** Returns the cipher of a permanent key; it owns the array and wipes it. */
  public static PacketCipher of(byte[] key48) {
    return new PacketCipher(key48);
  }

  /**
   * Encrypts and authenticates a packet in place.
   *
   * <p>The header must be complete, with a new random id. Suite 3 replaces the id; the replacement
   * is the packet's id from then on.
   *
   * @throws IllegalStateException after {@link #wipe}, so that no packet is sealed with a zero key
   */
  public void seal(int suite, byte[] bytes, int start, int length) {
    if (wiped) {
      throw new IllegalStateException("the keys of this peer are wiped");
    }
    view.wrap(bytes, start, length);
    view.suite(suite);
    int body = start + BODY;
    int bodyLength = length - BODY;
    switch (suite) {
      case Packets.SUITE_POLY, Packets.SUITE_SALSA -> {
        startStream(bytes, start, length);
        if (suite == Packets.SUITE_SALSA) {
          salsa.xor(bytes, body, bodyLength);
        }
        poly.tag(firstBlock, 0, bytes, body, bodyLength, tag);
        System.arraycopy(tag, 0, bytes, start + MAC, MAC_BYTES);
      }
      case Packets.SUITE_AES -> {
        writeAad(bytes, start);
        aes().seal(bytes, start, aad, bytes, body, bodyLength, tag);
        BigEndian.put64(bytes, start, BigEndian.i64(tag, 0));
        BigEndian.put64(bytes, start + MAC, BigEndian.i64(tag, ID_BYTES));
      }
      default ->
          throw new IllegalArgumentException(
              "cipher suite to seal with: expected 0, 1 or 3, found " + suite);
    }
  }

  /**
   * Authenticates and decrypts a packet of suite 0, 1 or 3 in place.
   *
   * @return false if it is not authentic or the keys are wiped; its bytes are then undefined
   */
  public boolean open(byte[] bytes, int start, int length) {
    if (wiped) {
      return false;
    }
    view.wrap(bytes, start, length);
    int body = start + BODY;
    int bodyLength = length - BODY;
    switch (view.suite()) {
      case Packets.SUITE_POLY, Packets.SUITE_SALSA -> {
        startStream(bytes, start, length);
        poly.tag(firstBlock, 0, bytes, body, bodyLength, tag);
        int difference = 0;
        for (int i = 0; i < MAC_BYTES; i++) {
          difference |= tag[i] ^ bytes[start + MAC + i];
        }
        if (difference != 0) {
          return false;
        }
        if (view.suite() == Packets.SUITE_SALSA) {
          salsa.xor(bytes, body, bodyLength);
        }
        return true;
      }
      case Packets.SUITE_AES -> {
        writeAad(bytes, start);
        BigEndian.put64(tag, 0, BigEndian.i64(bytes, start));
        BigEndian.put64(tag, ID_BYTES, BigEndian.i64(bytes, start + MAC));
        return aes().open(tag, aad, bytes, body, bodyLength);
      }
      default -> {
        return false;
      }
    }
  }

  /** Encrypts or decrypts the end of a HELLO, between two indexes of the array (01 section 5.9). */
  public void maskHello(byte[] bytes, int packetStart, int from, int end) {
    System.arraycopy(bytes, packetStart, maskIv, 0, ID_BYTES);
    maskIv[ID_BYTES - 1] &= (byte) WITHOUT_HOPS;
    salsa.start(key48, 0, maskIv, 0);
    salsa.xor(bytes, from, end - from);
  }

  /** Overwrites the keys and all data derived from them; packets are rejected from now on. */
  public void wipe() {
    wiped = true;
    Arrays.fill(key48, (byte) 0);
    Arrays.fill(mangled, (byte) 0);
    Arrays.fill(firstBlock, (byte) 0);
    salsa.wipe();
    poly.wipe();
    if (aes != null) {
      aes.wipe();
      aes = null;
    }
  }

  /** Starts the key stream of a packet: block 0 is the one-time MAC key, the body is at block 1. */
  private void startStream(byte[] bytes, int start, int length) {
    long sizeBits = Short.reverseBytes((short) length) & 0xffffL; // Little-endian.
    xorWithKey(0, BigEndian.i64(bytes, start));
    xorWithKey(8, BigEndian.i64(bytes, start + ID_BYTES));
    xorWithKey(16, sourceEndAndFlags(bytes, start) | sizeBits << 24);
    xorWithKey(24, 0);
    salsa.start(mangled, 0, bytes, start);
    salsa.nextBlock(firstBlock, 0);
  }

  private void xorWithKey(int at, long word) {
    BigEndian.put64(mangled, at, BigEndian.i64(key48, at) ^ word);
  }

  /** Written as the two words that are read: shorter writes delay the reader. */
  private void writeAad(byte[] bytes, int start) {
    BigEndian.put64(aad, 0, BigEndian.i64(bytes, start + ID_BYTES));
    BigEndian.put64(aad, ID_BYTES, sourceEndAndFlags(bytes, start));
  }

  /** Returns the end of the source address and the flags without hops as the start of a word. */
  private static long sourceEndAndFlags(byte[] bytes, int start) {
    long sourceEnd = BigEndian.u16(bytes, start + FLAGS - Short.BYTES);
    long flags = bytes[start + FLAGS] & WITHOUT_HOPS;
    return sourceEnd << 48 | flags << 40;
  }

  private AesGmacSiv aes() {
    AesGmacSiv made = aes;
    if (made == null) {
      byte[] k0 = Agreement.kbkdf(key48, LABEL_K0, 0, 0);
      byte[] k1 = Agreement.kbkdf(key48, LABEL_K1, 0, 0);
      made = new AesGmacSiv(k0, k1);
      Arrays.fill(k0, (byte) 0);
      Arrays.fill(k1, (byte) 0);
      aes = made;
    }
    return made;
  }
}
