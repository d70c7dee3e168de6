// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import net.backhaul.tap.HostAddressMonitor;
import net.backhaul.tap.TapException;

/**
 * Receives notifications of changed addresses of this host by netlink, so that addresses need not
 * be listed periodically: polling costs one system call.
 */
public final class AddressMonitor implements HostAddressMonitor {
  private static final int NETLINK_ROUTE = 0;
  private static final int RTMGRP_IPV4_IFADDR = 0x10;
  private static final int RTMGRP_IPV6_IFADDR = 0x100;
  private static final int SOCKADDR_BYTES = 12;
  private static final int GROUPS_AT = 8;
  private static final int BUFFER_BYTES = 8 * 1024;

  /** The maximum notifications read per call; further ones are read by the next call. */
  private static final int MAX_READS_PER_POLL = 100;

  private final int fd;
  private final Memory memory = new Memory(BUFFER_BYTES);

  /** Starts to receive notifications. */
  public AddressMonitor() throws TapException {
    fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      throw rejected();
    }
    memory.clear(SOCKADDR_BYTES);
    memory.setShort(0, (short) LibC.AF_NETLINK);
    memory.setInt(GROUPS_AT, RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
    if (LibC.bind(fd, Pointer.nativeValue(memory), SOCKADDR_BYTES) < 0) {
      TapException rejected = rejected();
      LibC.close(fd);
      throw rejected;
    }
  }

  @Override
  public boolean pollChanged() {
    boolean changed = false;
    for (int i = 0; i < MAX_READS_PER_POLL; i++) {
      if (LibC.recv(fd, Pointer.nativeValue(memory), BUFFER_BYTES, LibC.MSG_DONTWAIT) < 0) {
        int errno = LibC.errno();
        if (errno == LibC.EAGAIN) {
          return changed;
        }
        // ENOBUFS: the kernel has dropped notifications.
        changed |= errno != LibC.EINTR;
      } else {
        changed = true;
      }
    }
    return true;
  }

  @Override
  public void close() {
    LibC.close(fd);
    memory.close();
  }

  private static TapException rejected() {
    return new TapException(
        "a netlink socket is needed to monitor addresses, and the kernel rejects it: "
            + LibC.errorText(LibC.errno()));
  }
}
