// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.util.Arrays;
import javax.crypto.SecretKey;

/** An AES key whose bytes {@link #destroy} overwrites, unlike those of SecretKeySpec. */
final class WipeableKey implements SecretKey {
  private static final long serialVersionUID = 1;

  private final byte[] bytes;

  WipeableKey(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  @Override
  public String getAlgorithm() {
    return "AES";
  }

  @Override
  public String getFormat() {
    return "RAW";
  }

  @Override
  public byte[] getEncoded() {
    return bytes.clone();
  }

  @Override
  public void destroy() {
    Arrays.fill(bytes, (byte) 0);
  }
}
