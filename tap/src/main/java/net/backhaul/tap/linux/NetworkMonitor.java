// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.tap.HostNetworkMonitor;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.TapException;

/**
 * Receives notifications of changed links, addresses and routes of this host by netlink, so that
 * they need not be listed periodically.
 *
 * <p>Many notifications change nothing: a device reports statistics, a router advertisement renews
 * a route. So the state of each link and the default routes are stored and compared.
 */
public final class NetworkMonitor implements HostNetworkMonitor {
  private static final int NETLINK_ROUTE = 0;
  private static final int RTMGRP_LINK = 0x1;
  private static final int RTMGRP_IPV4_IFADDR = 0x10;
  private static final int RTMGRP_IPV4_ROUTE = 0x40;
  private static final int RTMGRP_IPV6_IFADDR = 0x100;
  private static final int RTMGRP_IPV6_ROUTE = 0x400;
  private static final int ADDRESSES = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  private static final int LINKS_AND_ROUTES = RTMGRP_LINK | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
  private static final int SOCKADDR_BYTES = 12;
  private static final int GROUPS_AT = 8;
  private static final int BUFFER_BYTES = 64 * 1024;

  /** The maximum of reads per call, more than fill the buffer of the socket. */
  private static final int MAX_READS_PER_POLL = 2_000;

  /**
   * The maximum of devices and of default routes whose state is stored; others are not reported.
   */
  private static final int MAX_STORED = 4_096;

  private final Predicate<String> isIgnored;
  private final boolean monitorsLinks;
  private final int fd;
  private final Memory memory = new Memory(BUFFER_BYTES);
  private final Map<Integer, Link> links = new HashMap<>();
  private final Set<DefaultRoute> routes = new HashSet<>();
  private final Set<String> changedLinks = new HashSet<>();
  private boolean addressesChanged;
  private boolean routesChanged;

  /** A device, and whether its link is up. */
  private record Link(String name, boolean up) {}

  /** A default route of an address family. */
  private record DefaultRoute(int family, HostRoute route) {
    /** Returns whether the other one is replaced when this one is set. */
    boolean replaces(DefaultRoute other) {
      return other.family == family
          && other.route.table() == route.table()
          && other.route.metric() == route.metric()
          && !other.route.equals(route);
    }
  }

  /**
   * Starts to receive notifications.
   *
   * @param isIgnored devices, by name, whose links and default routes are not reported
   */
  public NetworkMonitor(Predicate<String> isIgnored) throws TapException {
    this(isIgnored, ADDRESSES | LINKS_AND_ROUTES);
  }

  /** Returns a monitor of addresses alone. */
  static NetworkMonitor ofAddresses() throws TapException {
    return new NetworkMonitor(name -> true, ADDRESSES);
  }

  private NetworkMonitor(Predicate<String> isIgnored, int groups) throws TapException {
    this.isIgnored = isIgnored;
    monitorsLinks = (groups & RTMGRP_LINK) != 0;
    fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      throw rejected();
    }
    memory.clear(SOCKADDR_BYTES);
    memory.setShort(0, (short) LibC.AF_NETLINK);
    memory.setInt(GROUPS_AT, groups);
    if (LibC.bind(fd, Pointer.nativeValue(memory), SOCKADDR_BYTES) < 0) {
      TapException rejected = rejected();
      LibC.close(fd);
      throw rejected;
    }
    requestLinks();
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public Changes poll() {
    changedLinks.clear();
    addressesChanged = false;
    routesChanged = false;
    for (int i = 0; i < MAX_READS_PER_POLL; i++) {
      long length = LibC.recv(fd, Pointer.nativeValue(memory), BUFFER_BYTES, LibC.MSG_DONTWAIT);
      if (length >= 0) {
        Netlink.split(ByteBuffer.wrap(memory.getByteArray(0, (int) length))).forEach(this::read);
      } else if (LibC.errno() == LibC.EAGAIN) {
        break;
      } else if (LibC.errno() != LibC.EINTR) {
        addressesChanged = true; // ENOBUFS: the kernel has dropped notifications.
        requestLinks();
      }
    }
    return new Changes(addressesChanged, routesChanged, changedLinks);
  }

  /** Requests the state of all links; the answers come as notifications do. */
  private void requestLinks() {
    if (!monitorsLinks) {
      return;
    }
    byte[] request = LinkMessages.list();
    memory.write(0, request, 0, request.length);
    LibC.send(fd, Pointer.nativeValue(memory), request.length, 0); // Else all is new once.
  }

  private void read(ByteBuffer message) {
    switch (Netlink.type(message)) {
      case LinkMessages.RTM_NEWLINK -> readLink(LinkMessages.readState(message));
      case LinkMessages.RTM_DELLINK -> remove(LinkMessages.readState(message));
      case NetlinkMessage.RTM_NEWADDR, NetlinkMessage.RTM_DELADDR -> addressesChanged = true;
      case NetlinkMessage.RTM_NEWROUTE -> readRoute(message, true);
      case NetlinkMessage.RTM_DELROUTE -> readRoute(message, false);
      default -> {}
    }
  }

  private void readLink(LinkMessages.State state) {
    if (links.size() >= MAX_STORED && !links.containsKey(state.index())) {
      return;
    }
    Link before = links.put(state.index(), new Link(state.name(), state.running()));
    if (before != null && before.up != state.running()) {
      changed(state.index(), state.name());
    }
  }

  private void remove(LinkMessages.State state) {
    Link before = links.remove(state.index());
    if (before != null && before.up) {
      changed(state.index(), state.name());
    }
  }

  private void changed(int device, String name) {
    // The kernel removes routes of a link that goes down without a notification.
    routes.removeIf(each -> each.route.device() == device);
    if (!isIgnored.test(name)) {
      changedLinks.add(name);
    }
  }

  private void readRoute(ByteBuffer message, boolean added) {
    HostRoute route = RoutingMessages.readRoute(message);
    Link link = links.get(route.device());
    if (route.bits() != 0 || (link != null && isIgnored.test(link.name))) {
      return;
    }
    var found = new DefaultRoute(RoutingMessages.family(message), route);
    if (!added) {
      routes.remove(found);
      routesChanged = true;
      return;
    }
    if (Netlink.isReplacement(message)) { // There is no notification that the replaced one is gone.
      routesChanged |= routes.removeIf(found::replaces);
    }
    if (routes.size() < MAX_STORED) {
      routesChanged |= routes.add(found);
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
    memory.close();
  }

  private static TapException rejected() {
    return new TapException(
        "a netlink socket is needed to monitor the network, and the kernel rejects it: "
            + LibC.errorText(LibC.errno()));
  }
}
