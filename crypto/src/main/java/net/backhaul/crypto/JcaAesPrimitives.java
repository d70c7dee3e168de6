// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;

/** Uses the public JCA only; initializes ciphers for every packet. */
final class JcaAesPrimitives implements AesPrimitives {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int BLOCK_BYTES = 16;
  private static final int GCM_IV_BYTES = 12;
  private static final int GCM_TAG_BITS = 128;

  private final WipeableKey k0;
  private final WipeableKey k1;
  private final Cipher encryptBlock = cipher("AES/ECB/NoPadding");
  private final Cipher decryptBlock = cipher("AES/ECB/NoPadding");
  private final Cipher counter = cipher("AES/CTR/NoPadding");
  private Cipher gcm = cipher("AES/GCM/NoPadding");
  private final byte[] initial = new byte[BLOCK_BYTES];
  private final byte[] gcmIv = new byte[GCM_IV_BYTES];

  JcaAesPrimitives(byte[] k0, byte[] k1) {
    this.k0 = new WipeableKey(k0);
    this.k1 = new WipeableKey(k1);
    initBlocks(this.k1);
  }

  private void initBlocks(WipeableKey key) {
    try {
      encryptBlock.init(Cipher.ENCRYPT_MODE, key);
      decryptBlock.init(Cipher.DECRYPT_MODE, key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java accepts this key", e);
    }
  }

  @Override
  public long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length) {
    LONG.set(gcmIv, 0, iv);
    try {
      initGcm(k0);
      gcm.updateAAD(aad);
      gcm.updateAAD(bytes, start, length);
      byte[] tag = gcm.doFinal();
      return (long) LONG.get(tag, 0) ^ (long) LONG.get(tag, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("GMAC failed", e);
    }
  }

  private void initGcm(WipeableKey key) throws GeneralSecurityException {
    var parameters = new GCMParameterSpec(GCM_TAG_BITS, gcmIv, 0, GCM_IV_BYTES);
    try {
      gcm.init(Cipher.ENCRYPT_MODE, key, parameters);
    } catch (InvalidAlgorithmParameterException sameIvAgain) {
      // A duplicated datagram: the provider rejects a repeated IV, although it only verifies here.
      gcm = cipher("AES/GCM/NoPadding");
      gcm.init(Cipher.ENCRYPT_MODE, key, parameters);
    }
  }

  @Override
  public void counterMode(byte[] tag, byte[] bytes, int start, int length) {
    LONG.set(initial, 0, (long) LONG.get(tag, 0));
    LONG.set(initial, 8, (long) LONG.get(tag, 8) & COUNTER_MASK);
    try {
      counter.init(Cipher.ENCRYPT_MODE, k1, new IvParameterSpec(initial));
      counter.doFinal(bytes, start, length, bytes, start);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-CTR failed", e);
    }
  }

  @Override
  public void encryptBlock(byte[] from, byte[] to) {
    update(encryptBlock, from, to);
  }

  @Override
  public void decryptBlock(byte[] from, byte[] to) {
    update(decryptBlock, from, to);
  }

  private static void update(Cipher cipher, byte[] from, byte[] to) {
    try {
      cipher.update(from, 0, BLOCK_BYTES, to, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES failed", e);
    }
  }

  /** A cipher of the JDK overwrites its key when it is initialized with another one. */
  @Override
  public void wipe() {
    k0.destroy();
    k1.destroy();
    initBlocks(k1);
    counterMode(new byte[BLOCK_BYTES], new byte[BLOCK_BYTES], 0, BLOCK_BYTES);
    try {
      initGcm(k0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java accepts this key", e);
    }
  }

  private static Cipher cipher(String name) {
    try {
      return Cipher.getInstance(name);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES", e);
    }
  }
}
