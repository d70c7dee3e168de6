// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapRoute;

/** A TAP device of macOS: a pair of feth devices. */
final class FethTap implements TapDevice {
  private final CommandRunner commands;
  private final FrameChannel channel;
  private final String name;
  private final String peer;
  private final long mac;

  /** The addresses that were added, and the same with the prefix length on the device. */
  private final Map<TapAddress, TapAddress> added = new LinkedHashMap<>();

  private volatile int mtuBytes;
  private volatile boolean closed;

  FethTap(
      CommandRunner commands,
      FrameChannel channel,
      String name,
      String peer,
      long mac,
      int mtuBytes) {
    this.commands = commands;
    this.channel = channel;
    this.name = name;
    this.peer = peer;
    this.mac = mac;
    this.mtuBytes = mtuBytes;
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
    commands.run(FethCommands.setMtu(peer, bytes));
    commands.run(FethCommands.setMtu(name, bytes));
    mtuBytes = bytes;
  }

  /** Returns all addresses; those added here have the prefix length that was requested. */
  @Override
  public List<TapAddress> addresses() throws TapException {
    List<TapAddress> shown = IfconfigOutput.addresses(commands.run(FethCommands.show(name)));
    return shown.stream().map(this::asRequested).toList();
  }

  private TapAddress asRequested(TapAddress shown) {
    for (Map.Entry<TapAddress, TapAddress> each : added.entrySet()) {
      if (each.getValue().equals(shown)) {
        return each.getKey();
      }
    }
    return shown;
  }

  /** Only the first address of a subnet gets its prefix length, as macOS requires. */
  @Override
  public boolean addAddress(TapAddress address) throws TapException {
    if (addresses().contains(address)) {
      return false;
    }
    boolean further =
        added.keySet().stream()
            .anyMatch(each -> each.bits() == address.bits() && sameSubnet(each, address));
    int allBits = address.ip().getAddress().length * 8;
    TapAddress real = further ? new TapAddress(address.ip(), allBits) : address;
    commands.run(FethCommands.addAddress(name, real));
    added.put(address, real);
    return true;
  }

  @Override
  public void removeAddress(TapAddress address) throws TapException {
    if (addresses().stream().anyMatch(each -> each.ip().equals(address.ip()))) {
      commands.run(FethCommands.removeAddress(name, address));
    }
    added.remove(address);
  }

  @Override
  public boolean addRoute(TapRoute route) throws TapException {
    try {
      commands.run(FethCommands.addRoute(name, route));
      return true;
    } catch (TapException e) {
      if (String.valueOf(e.getMessage()).contains("File exists")) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void removeRoute(TapRoute route) throws TapException {
    try {
      commands.run(FethCommands.removeRoute(name, route));
    } catch (TapException e) {
      if (!String.valueOf(e.getMessage()).contains("not in table")) {
        throw e;
      }
    }
  }

  @Override
  public List<Long> multicastMacs() throws TapException {
    return channel.multicastMacs(name);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    channel.close();
    destroy(commands, name);
    destroy(commands, peer);
  }

  /** Destroys a device, if it exists. */
  static void destroy(CommandRunner commands, String device) {
    commands.runIfPossible(FethCommands.destroy(device));
  }

  private static boolean sameSubnet(TapAddress one, TapAddress other) {
    byte[] a = one.ip().getAddress();
    byte[] b = other.ip().getAddress();
    if (a.length != b.length) {
      return false;
    }
    for (int bit = 0; bit < one.bits(); bit++) {
      if (((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8) != 0) {
        return false;
      }
    }
    return true;
  }
}
