// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import com.sun.jna.Pointer;
import java.net.Inet6Address;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/**
 * A device without a host, for tests: {@link #send} adds frames of the host, {@link #received}
 * returns frames to the host.
 */
public final class MemoryTap implements TapDevice {
  /** The maximum frames queued in either direction; further ones are dropped. */
  public static final int MAX_FRAMES = 1_000;

  private final String name;
  private final long mac;
  private final Offloads offloads;
  private final Queue<byte[]> fromHost = new ArrayDeque<>();
  private final Queue<byte[]> toHost = new ArrayDeque<>();
  private final List<TapAddress> addresses = new ArrayList<>();
  private final List<TapRoute> routes = new ArrayList<>();
  private final List<Long> multicastMacs = new ArrayList<>();
  private int mtuBytes;
  private int superFrameLimitBytes = Integer.MAX_VALUE;
  private boolean closed;
  private boolean down;
  private boolean ipv6Off;

  /** Creates a device of plain frames. */
  public MemoryTap(String name, long mac, int mtuBytes) {
    this(name, mac, mtuBytes, Offloads.NONE);
  }

  /** Creates a device with offloads. */
  public MemoryTap(String name, long mac, int mtuBytes, Offloads offloads) {
    this.name = name;
    this.mac = mac;
    this.mtuBytes = mtuBytes;
    this.offloads = offloads;
  }

  /** Sends a frame of the host. */
  public synchronized void send(byte[] frame) {
    if (fromHost.size() < MAX_FRAMES) {
      fromHost.add(frame.clone());
      notifyAll();
    }
  }

  /** Returns the frames to the host since the last call. */
  public synchronized List<byte[]> received() {
    List<byte[]> frames = List.copyOf(toHost);
    toHost.clear();
    return frames;
  }

  /** Sets the multicast MACs that the host listens to. */
  public synchronized void listenTo(List<Long> macs) {
    multicastMacs.clear();
    multicastMacs.addAll(macs);
  }

  /** Sets the device up or down, as an administrator does. */
  public synchronized void setUp(boolean up) {
    down = !up;
  }

  @Override
  public synchronized boolean isUp() {
    return !down;
  }

  /** Switches IPv6 off or on, as an administrator does. */
  public synchronized void switchIpv6(boolean on) {
    ipv6Off = !on;
  }

  private void requireIpv6(TapAddress address) throws TapException {
    if (ipv6Off && address.ip() instanceof Inet6Address) {
      throw TapException.ipv6Off("IPv6 is switched off on this host");
    }
  }

  /** Returns the routes of the device. */
  public synchronized List<TapRoute> routes() {
    return List.copyOf(routes);
  }

  /** Returns whether the device is closed. */
  public synchronized boolean isClosed() {
    return closed;
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
  public synchronized int mtuBytes() {
    return mtuBytes;
  }

  @Override
  public Offloads offloads() {
    return offloads;
  }

  @Override
  public int fd() {
    return NO_FD;
  }

  @Override
  public synchronized int read(long address, int maxBytes) {
    byte[] frame = fromHost.poll();
    if (frame == null) {
      return 0;
    }
    int length = Math.min(frame.length, maxBytes);
    new Pointer(address).write(0, frame, 0, length);
    return length;
  }

  @Override
  public synchronized boolean write(long address, int length) {
    if (closed || toHost.size() == MAX_FRAMES) {
      return false;
    }
    return toHost.add(new Pointer(address).getByteArray(0, length));
  }

  @Override
  public synchronized boolean awaitFrame(int timeoutMs) throws TapException {
    try {
      if (fromHost.isEmpty() && !closed) {
        wait(timeoutMs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !fromHost.isEmpty();
  }

  @Override
  public synchronized void setMtu(int bytes) {
    mtuBytes = bytes;
  }

  @Override
  public synchronized boolean limitSuperFrames(int maxBytes) {
    superFrameLimitBytes = maxBytes;
    return offloads.superFrames();
  }

  /** Returns the limit of super-frames that was set last. */
  public synchronized int superFrameLimitBytes() {
    return superFrameLimitBytes;
  }

  @Override
  public synchronized List<TapAddress> addresses() {
    return List.copyOf(addresses);
  }

  @Override
  public synchronized boolean addAddress(TapAddress address) throws TapException {
    requireIpv6(address);
    return !addresses.contains(address) && addresses.add(address);
  }

  @Override
  public synchronized void removeAddress(TapAddress address) {
    addresses.remove(address);
  }

  @Override
  public synchronized boolean addRoute(TapRoute route) throws TapException {
    requireIpv6(route.target());
    return !routes.contains(route) && routes.add(route);
  }

  @Override
  public synchronized void removeRoute(TapRoute route) {
    routes.remove(route);
  }

  @Override
  public synchronized List<Long> multicastMacs() {
    return List.copyOf(multicastMacs);
  }

  @Override
  public synchronized void close() {
    closed = true;
    fromHost.clear();
    notifyAll();
  }

  @Override
  public synchronized String toString() {
    return name + " " + addresses + " " + routes + " " + Arrays.toString(multicastMacs.toArray());
  }
}
