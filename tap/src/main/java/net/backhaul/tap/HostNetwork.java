// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.tap.linux.LinuxHostNetwork;
import org.jspecify.annotations.Nullable;

/**
 * The devices, addresses, routes and rules of the host, beside those of our devices. Used by one
 * thread.
 */
public interface HostNetwork extends AutoCloseable {
  /** A host of which nothing is known and on which nothing is changed. */
  HostNetwork NONE = new NoHostNetwork();

  /** Returns all devices. */
  List<HostDevice> devices() throws TapException;

  /** Returns the addresses of all devices. */
  List<HostAddress> addresses() throws TapException;

  /**
   * Returns the route by which packets of this host leave.
   *
   * @param mark of the socket that sends them; 0 for none
   * @return null if there is none
   */
  @Nullable HostRoute route(InetAddress to, int mark) throws TapException;

  /** Adds a rule, unless it exists. Fails where the kernel has no such rules. */
  void addRule(PolicyRule rule) throws TapException;

  /** Removes a rule; does nothing if it does not exist. */
  void removeRule(PolicyRule rule) throws TapException;

  /**
   * Returns the rules of one family that {@link #addRule} has added, in this or another process.
   */
  List<PolicyRule> rules(boolean v4) throws TapException;

  /**
   * Adds a bridge, which is up and has the spanning tree protocol switched on.
   *
   * @param alias what is noted about it
   */
  void addBridge(String name, String alias) throws TapException;

  /** Removes a device; does nothing if it does not exist. */
  void removeDevice(String name) throws TapException;

  /**
   * Makes a device a port of a bridge, and sets it up.
   *
   * @param bridge the number of the bridge; 0 to release the device from its bridge
   */
  void setMaster(int device, int bridge) throws TapException;

  @Override
  void close();

  /** Opens the host's network; {@link #NONE} on systems other than Linux. */
  static HostNetwork open() throws TapException {
    return System.getProperty("os.name").equals("Linux") ? new LinuxHostNetwork() : NONE;
  }
}
