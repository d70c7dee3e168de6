// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256, as the JDK has it. */
final class Sha256 {
  private Sha256() {}

  static byte[] of(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
