// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.Arrays;
import java.util.List;
import net.backhaul.protocol.network.OwnershipCertificate;

/**
 * The addresses of a certificate of ownership, compiled for the path of frames (03 section 4.5).
 */
public final class OwnedAddresses {
  private static final int MAC = 1;
  private static final int IPV4 = 2;
  private static final int IPV6 = 3;
  private static final int IPV4_BYTES = 4;

  private final int[] types;
  private final byte[][] values;

  /** Compiles the addresses of a certificate. */
  public OwnedAddresses(OwnershipCertificate certificate) {
    List<OwnershipCertificate.OwnedAddress> addresses = certificate.addresses();
    types = new int[addresses.size()];
    values = new byte[addresses.size()][];
    for (int i = 0; i < types.length; i++) {
      types[i] = addresses.get(i).type();
      values[i] = addresses.get(i).value().toByteArray();
    }
  }

  /** Returns whether an IP address of 4 or 16 bytes is among them. */
  boolean ownsIp(byte[] bytes, int start, int length) {
    int type = length == IPV4_BYTES ? IPV4 : IPV6;
    for (int i = 0; i < types.length; i++) {
      if (types[i] == type && Arrays.equals(values[i], 0, length, bytes, start, start + length)) {
        return true;
      }
    }
    return false;
  }

  boolean ownsMac(long mac) {
    for (int i = 0; i < types.length; i++) {
      if (types[i] == MAC && macOf(values[i]) == mac) {
        return true;
      }
    }
    return false;
  }

  private static long macOf(byte[] value) {
    long mac = 0;
    for (int i = 0; i < 6; i++) {
      mac = mac << 8 | value[i] & 0xff;
    }
    return mac;
  }
}
