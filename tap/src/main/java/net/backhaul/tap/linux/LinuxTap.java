// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.backhaul.tap.HostNetworkMonitor;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;

/** A TAP device of Linux. */
final class LinuxTap implements TapDevice {
  /** Of the calling thread, not of the process: the network namespace of the device. */
  private static final Path MULTICAST_TABLE = Path.of("/proc/thread-self/net/dev_mcast");

  private final int fd;
  private final int control;
  private final Netlink netlink;
  private final HostNetworkMonitor monitor;
  private final Memory poll = new Memory(8);
  private final String name;
  private final int index;
  private final long mac;
  private final Offloads offloads;
  private List<TapAddress> lastAddresses = List.of();
  private boolean addressesKnown;
  private byte[] lastMulticastTable = new byte[0];
  private List<Long> lastMulticastMacs = List.of();
  private volatile int mtuBytes;
  private volatile boolean closed;

  private LinuxTap(
      int fd,
      int control,
      Netlink netlink,
      HostNetworkMonitor monitor,
      String name,
      int index,
      TapOptions options,
      Offloads offloads) {
    this.fd = fd;
    this.control = control;
    this.netlink = netlink;
    this.monitor = monitor;
    this.name = name;
    this.index = index;
    this.mac = options.mac();
    this.offloads = offloads;
    this.mtuBytes = options.mtuBytes();
    poll.setInt(0, fd);
    poll.setInt(4, LibC.POLLIN);
  }

  /** Sets the MAC and MTU of a new device and brings it up. */
  static LinuxTap configure(int fd, String name, TapOptions options, Offloads offloads)
      throws TapException {
    int control = LibC.socket(LibC.AF_INET, LibC.SOCK_DGRAM | LibC.SOCK_CLOEXEC, 0);
    if (control < 0) {
      throw rejected("a socket to configure " + name + " with", LibC.errno());
    }
    try {
      // The MAC is set before the device is up: the kernel derives the link-local address from it.
      var request = new InterfaceRequest(name).mac(options.mac());
      check("the MAC of " + name, request.call(control, InterfaceRequest.SIOCSIFHWADDR));
      setMtu(control, name, options.mtuBytes());
      request = new InterfaceRequest(name);
      check("the flags of " + name, request.call(control, InterfaceRequest.SIOCGIFFLAGS));
      int up = request.flags() | InterfaceRequest.IFF_UP | InterfaceRequest.IFF_MULTICAST;
      request.flags(up);
      check(name + " up", request.call(control, InterfaceRequest.SIOCSIFFLAGS));
      request = new InterfaceRequest(name);
      check("the number of " + name, request.call(control, InterfaceRequest.SIOCGIFINDEX));
      int flags = LibC.fcntl(fd, LibC.F_GETFL, 0);
      if (LibC.fcntl(fd, LibC.F_SETFL, flags | LibC.O_NONBLOCK) < 0) {
        throw rejected("a nonblocking descriptor of " + name, LibC.errno());
      }
      return withSockets(fd, control, name, request.number(), options, offloads);
    } catch (TapException e) {
      LibC.close(control);
      throw e;
    }
  }

  private static LinuxTap withSockets(
      int fd, int control, String name, int index, TapOptions options, Offloads offloads)
      throws TapException {
    var netlink = new Netlink();
    try {
      return new LinuxTap(
          fd, control, netlink, NetworkMonitor.ofAddresses(), name, index, options, offloads);
    } catch (TapException e) {
      netlink.close();
      throw e;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public long mac() {
    return mac;
  }

  @Override
  public int mtuBytes() {
    return mtuBytes;
  }

  @Override
  public Offloads offloads() {
    return offloads;
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public int read(long address, int maxBytes) throws TapException {
    long length = LibC.read(fd, address, maxBytes);
    if (length >= 0) {
      return (int) length;
    }
    int errno = LibC.errno();
    if (errno == LibC.EAGAIN || errno == LibC.EINTR) {
      return 0;
    }
    throw rejected("a frame of " + name, errno);
  }

  @Override
  public boolean write(long address, int length) throws TapException {
    if (LibC.write(fd, address, length) >= 0) {
      return true;
    }
    int errno = LibC.errno();
    return switch (errno) {
      // EIO: the device is down; EINVAL: the kernel rejects the frame.
      case LibC.EAGAIN, LibC.EINTR, LibC.EIO, LibC.EINVAL, LibC.ENOMEM, LibC.ENOBUFS -> false;
      default -> throw rejected("a frame for " + name, errno);
    };
  }

  @Override
  public boolean awaitFrame(int timeoutMs) throws TapException {
    if (closed) {
      return false;
    }
    int ready = LibC.poll(Pointer.nativeValue(poll), 1, timeoutMs);
    if (ready < 0 && LibC.errno() != LibC.EINTR) {
      throw rejected("to wait for frames of " + name, LibC.errno());
    }
    return ready > 0;
  }

  @Override
  public void setMtu(int bytes) throws TapException {
    setMtu(control, name, bytes);
    mtuBytes = bytes;
  }

  @Override
  public boolean limitSuperFrames(int maxBytes) throws TapException {
    // The kernel's limit is exclusive.
    int errno = netlink.request(NetlinkMessage.limitSuperFrames(index, maxBytes + 1));
    if (errno == LibC.EINVAL || errno == LibC.ERANGE || errno == LibC.EOPNOTSUPP) {
      return false;
    }
    check("super-frames of at most " + maxBytes + " bytes on " + name, errno);
    return true;
  }

  @Override
  public boolean isUp() throws TapException {
    var request = new InterfaceRequest(name);
    check("the flags of " + name, request.call(control, InterfaceRequest.SIOCGIFFLAGS));
    return (request.flags() & InterfaceRequest.IFF_UP) != 0;
  }

  @Override
  public List<TapAddress> addresses() throws TapException {
    if (monitor.poll().addresses() || !addressesKnown) {
      addressesKnown = false;
      lastAddresses = List.copyOf(netlink.addresses(index));
      addressesKnown = true;
    }
    return lastAddresses;
  }

  @Override
  public boolean addAddress(TapAddress address) throws TapException {
    int errno = netlink.request(NetlinkMessage.addAddress(index, name, address));
    if (errno == LibC.EEXIST) {
      return false;
    }
    requireIpv6(address.ip(), errno);
    check("the address " + address + " on " + name, errno);
    return true;
  }

  @Override
  public void removeAddress(TapAddress address) throws TapException {
    int errno = netlink.request(NetlinkMessage.removeAddress(index, address));
    if (errno != LibC.EADDRNOTAVAIL && errno != LibC.ENODEV) {
      check("the removal of address " + address + " from " + name, errno);
    }
  }

  @Override
  public boolean addRoute(TapRoute route) throws TapException {
    int errno = netlink.request(NetlinkMessage.addRoute(index, route));
    if (errno == LibC.EEXIST) {
      return false;
    }
    requireIpv6(route.target().ip(), errno);
    check("the route to " + route + " through " + name, errno);
    return true;
  }

  @Override
  public void removeRoute(TapRoute route) throws TapException {
    int errno = netlink.request(NetlinkMessage.removeRoute(index, route));
    if (errno != LibC.ESRCH && errno != LibC.ENODEV) {
      check("the removal of the route to " + route + " through " + name, errno);
    }
  }

  @Override
  public List<Long> multicastMacs() throws TapException {
    try {
      byte[] table = Files.readAllBytes(MULTICAST_TABLE);
      if (!Arrays.equals(table, lastMulticastTable)) {
        String lines = new String(table, StandardCharsets.ISO_8859_1);
        lastMulticastMacs = List.copyOf(MulticastTable.of(name, lines));
        lastMulticastTable = table;
      }
      return lastMulticastMacs;
    } catch (IOException e) {
      throw new TapException("cannot read the multicast groups of " + name, e);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      LibC.close(fd);
      LibC.close(control);
      netlink.close();
      monitor.close();
    }
  }

  /** Of IPv6, EACCES stands for a device on which it is switched off. */
  private void requireIpv6(InetAddress ip, int errno) throws TapException {
    boolean off = errno == LibC.EACCES || errno == LibC.EOPNOTSUPP || errno == LibC.EAFNOSUPPORT;
    if (off && ip instanceof Inet6Address) {
      throw TapException.ipv6Off(
          "IPv6 is switched off on this host (sysctl net.ipv6.conf."
              + name
              + ".disable_ipv6), so "
              + name
              + " gets none of the network's IPv6 addresses and routes");
    }
  }

  private static void setMtu(int control, String name, int bytes) throws TapException {
    var request = new InterfaceRequest(name).number(bytes);
    check(
        "an MTU of " + bytes + " for " + name, request.call(control, InterfaceRequest.SIOCSIFMTU));
  }

  private static void check(String what, int errno) throws TapException {
    if (errno != 0) {
      throw rejected(what, errno);
    }
  }

  private static TapException rejected(String what, int errno) {
    String hint =
        errno == LibC.EPERM || errno == LibC.EACCES
            ? "; run as root, or with the capability NET_ADMIN"
            : "";
    return new TapException("the kernel rejects " + what + ": " + LibC.errorText(errno) + hint);
  }
}
