// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;

/**
 * Reads the state of network interfaces in this process: it is polled, and a program costs more.
 */
interface InterfaceState {
  /** Returns the addresses of an interface. */
  List<TapAddress> addresses(String device) throws TapException;

  /** Returns the MTU of an interface, in bytes. */
  int mtuBytes(String device) throws TapException;

  /** Returns the state of the interfaces of this host. */
  static InterfaceState system() {
    return new InterfaceState() {
      @Override
      public List<TapAddress> addresses(String device) throws TapException {
        return find(device).getInterfaceAddresses().stream()
            .map(
                each ->
                    new TapAddress(withoutScope(each.getAddress()), each.getNetworkPrefixLength()))
            .toList();
      }

      @Override
      public int mtuBytes(String device) throws TapException {
        try {
          return find(device).getMTU();
        } catch (SocketException e) {
          throw new TapException("the MTU of " + device + " cannot be read", e);
        }
      }

      private InetAddress withoutScope(InetAddress address) {
        try {
          return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
          throw new AssertionError("an address of an interface has 4 or 16 bytes", e);
        }
      }

      private NetworkInterface find(String device) throws TapException {
        try {
          NetworkInterface found = NetworkInterface.getByName(device);
          if (found != null) {
            return found;
          }
        } catch (SocketException e) {
          throw new TapException("the network interfaces cannot be listed", e);
        }
        throw new TapException("device " + device + " no longer exists");
      }
    };
  }
}
