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
import javax.crypto.spec.SecretKeySpec;

/** Does it with what every Java offers; sets up keys anew for every packet. */
final class JcaAesParts implements AesParts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int GCM_IV_BYTES = 12;
  private static final int GCM_TAG_BITS = 128;

  private final SecretKeySpec k0;
  private final SecretKeySpec k1;
  private final Cipher counter;
  private Cipher gcm;
  private final byte[] gcmIv = new byte[GCM_IV_BYTES];

  JcaAesParts(SecretKeySpec k0, SecretKeySpec k1) throws GeneralSecurityException {
    this.k0 = k0;
    this.k1 = k1;
    counter = Cipher.getInstance("AES/CTR/NoPadding");
    gcm = Cipher.getInstance("AES/GCM/NoPadding");
  }

  @Override
  public long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length) {
    LONG.set(gcmIv, 0, iv);
    var parameters = new GCMParameterSpec(GCM_TAG_BITS, gcmIv, 0, GCM_IV_BYTES);
    try {
      try {
        gcm.init(Cipher.ENCRYPT_MODE, k0, parameters);
      } catch (InvalidAlgorithmParameterException sameIvAgain) {
        // A duplicated datagram: the provider refuses one IV twice, though here it only checks.
        gcm = Cipher.getInstance("AES/GCM/NoPadding");
        gcm.init(Cipher.ENCRYPT_MODE, k0, parameters);
      }
      gcm.updateAAD(aad);
      gcm.updateAAD(bytes, start, length);
      byte[] tag = gcm.doFinal();
      return (long) LONG.get(tag, 0) ^ (long) LONG.get(tag, 8);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a MAC has no way to fail", e);
    }
  }

  @Override
  public void counterMode(byte[] first, byte[] bytes, int start, int length) {
    try {
      counter.init(Cipher.ENCRYPT_MODE, k1, new IvParameterSpec(first));
      counter.doFinal(bytes, start, length, bytes, start);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a stream has no way to fail", e);
    }
  }
}
