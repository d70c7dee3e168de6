// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;

/** A TAP device of macOS: a pair of feth devices. */
final class FethTap implements TapDevice {
  private final CommandRunner commands;
  private final InterfaceState interfaces;
  private final FrameChannel channel;
  private final FethTapFactory.Pair pair;
  private final FethRoutes routes;
  private final SubnetAddresses added = new SubnetAddresses();
  private final long mac;
  private final Runnable onDestroyed;
  private volatile int mtuBytes;
  private volatile boolean closed;

  /**
   * Takes a configured pair over.
   *
   * @param onDestroyed is run when the pair was destroyed
   */
  FethTap(
      FethTapFactory.Host host,
      FrameChannel channel,
      FethTapFactory.Pair pair,
      TapOptions options,
      Runnable onDestroyed)
      throws TapException {
    this.commands = host.commands();
    this.interfaces = host.interfaces();
    this.channel = channel;
    this.pair = pair;
    this.routes = new FethRoutes(commands, pair.device());
    this.mac = options.mac();
    this.onDestroyed = onDestroyed;
    verifyMtu(options.mtuBytes());
  }

  @Override
  public String name() {
    return pair.device();
  }

  @Override
  public long mac() {
    return mac;
  }

  @Override
  public int mtuBytes() {
    return mtuBytes;
  }

  /** One read of a BPF device returns several frames, so its descriptor is not exposed. */
  @Override
  public int fd() {
    return NO_FD;
  }

  @Override
  public int read(long address, int maxBytes) {
    return channel.read(address, maxBytes);
  }

  @Override
  public boolean write(long address, int length) {
    return !closed && channel.write(address, length);
  }

  @Override
  public boolean awaitFrame(int timeoutMs) throws TapException {
    return !closed && channel.await();
  }

  @Override
  public void setMtu(int bytes) throws TapException {
    commands.run(FethCommands.setMtu(pair.peer(), bytes));
    commands.run(FethCommands.setMtu(pair.device(), bytes));
    verifyMtu(bytes);
  }

  /** Reads the MTU back: ifconfig only warns where the kernel rejects one. */
  private void verifyMtu(int wantedBytes) throws TapException {
    int real = Math.min(interfaces.mtuBytes(pair.device()), interfaces.mtuBytes(pair.peer()));
    mtuBytes = real;
    if (real != wantedBytes) {
      throw new TapException(
          "macOS keeps the MTU of "
              + pair.device()
              + " at "
              + real
              + " bytes instead of "
              + wantedBytes
              + "; see sysctl net.link.fake.max_mtu, or set a smaller MTU for the network");
    }
  }

  /** Returns all addresses; those added here have the prefix length that was requested. */
  @Override
  public List<TapAddress> addresses() throws TapException {
    return interfaces.addresses(pair.device()).stream().map(added::asRequested).toList();
  }

  @Override
  public boolean addAddress(TapAddress address) throws TapException {
    if (addresses().contains(address)) {
      return false;
    }
    TapAddress configured = added.configuredFor(address);
    commands.run(FethCommands.addAddress(pair.device(), configured));
    added.add(address, configured);
    return true;
  }

  /**
   * Removes an address. With the first of a subnet, which has its prefix length, the kernel drops
   * the route to the subnet, which the others still need.
   */
  @Override
  public void removeAddress(TapAddress address) throws TapException {
    if (addresses().stream().anyMatch(each -> each.ip().equals(address.ip()))) {
      commands.run(FethCommands.removeAddress(pair.device(), address));
    }
    boolean heldSubnet = added.holdsSubnet(address);
    if (!added.remove(address)) {
      return;
    }
    if (!added.hasOthersIn(address)) {
      routes.remove(SubnetAddresses.routeTo(address));
    } else if (heldSubnet) {
      routes.add(SubnetAddresses.routeTo(address));
    }
  }

  @Override
  public boolean addRoute(TapRoute route) throws TapException {
    return routes.add(route);
  }

  @Override
  public void removeRoute(TapRoute route) throws TapException {
    routes.remove(route);
  }

  @Override
  public List<Long> multicastMacs() throws TapException {
    return channel.multicastMacs(pair.device());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    channel.close();
    commands.runIfPossible(FethCommands.destroy(pair.device()));
    commands.runIfPossible(FethCommands.destroy(pair.peer()));
    onDestroyed.run();
  }
}
