// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteOrder;
import java.util.function.IntPredicate;
import net.backhaul.tap.Offloads;
import org.jspecify.annotations.Nullable;

/**
 * Negotiates the offloads of a new device with the kernel.
 *
 * <p>Kernels differ: UDP is supported since 6.2, and a request with an unknown flag is rejected as
 * a whole. So all flags are requested first, and if that is rejected, one after another.
 */
final class TunOffloads {
  static final long TUNGETFEATURES = 0x800454cfL;
  static final long TUNSETOFFLOAD = 0x400454d0L;
  static final long TUNSETVNETHDRSZ = 0x400454d8L;
  static final long TUNSETVNETLE = 0x400454dcL;

  static final int TUN_F_CSUM = 0x1;
  static final int TUN_F_TSO4 = 0x2;
  static final int TUN_F_TSO6 = 0x4;
  static final int TUN_F_TSO_ECN = 0x8;
  static final int TUN_F_USO4 = 0x20;
  static final int TUN_F_USO6 = 0x40;
  static final int USO = TUN_F_USO4 | TUN_F_USO6;
  static final int ALL = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN | USO;

  /** Each flag requires those before it or is independent of them. */
  private static final int[] ONE_BY_ONE = {TUN_F_CSUM, TUN_F_TSO4, TUN_F_TSO6, TUN_F_TSO_ECN, USO};

  private TunOffloads() {}

  /** Returns whether the kernel supports a header before frames; needs no device. */
  static boolean supportsHeader(int fd) {
    try (var features = new Memory(Integer.BYTES)) {
      features.setInt(0, 0);
      return LibC.ioctl(fd, TUNGETFEATURES, Pointer.nativeValue(features)) == 0
          && (features.getInt(0) & InterfaceRequest.IFF_VNET_HDR) != 0;
    }
  }

  /**
   * Sets the format of the header of a device and requests all offloads.
   *
   * @return null if the kernel does not support our format
   */
  static @Nullable Offloads negotiate(int fd) {
    // Kernels before 3.x have one size only, ours; before 4.0 one byte order, the host's.
    if (!set(fd, TUNSETVNETHDRSZ, Offloads.HEADER_BYTES)
        || (!set(fd, TUNSETVNETLE, 1) && ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN)) {
      return null;
    }
    return of(best(flags -> LibC.ioctl(fd, TUNSETOFFLOAD, flags) == 0));
  }

  /**
   * Returns the largest set of flags that is granted; it is the last one that was granted.
   *
   * @param grants requests flags; a rejected request leaves the device unchanged
   */
  static int best(IntPredicate grants) {
    if (grants.test(ALL)) {
      return ALL;
    }
    int granted = 0;
    for (int flag : ONE_BY_ONE) {
      if (grants.test(granted | flag)) {
        granted |= flag;
      }
    }
    return granted;
  }

  /** Returns the offloads of granted flags. */
  static Offloads of(int flags) {
    return new Offloads(
        true,
        (flags & TUN_F_CSUM) != 0,
        (flags & TUN_F_TSO4) != 0,
        (flags & TUN_F_TSO6) != 0,
        (flags & TUN_F_TSO_ECN) != 0,
        (flags & USO) == USO);
  }

  private static boolean set(int fd, long request, int value) {
    try (var memory = new Memory(Integer.BYTES)) {
      memory.setInt(0, value);
      return LibC.ioctl(fd, request, Pointer.nativeValue(memory)) == 0;
    }
  }
}
