// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.OutputAdapter;

/** The output of a node that has devices and nothing else. */
final class ToDevices extends OutputAdapter {
  private final Interfaces interfaces;

  ToDevices(Interfaces interfaces) {
    this.interfaces = interfaces;
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    interfaces.deliverFrame(networkId, bytes, start, length);
  }

  @Override
  public void flush() {
    interfaces.flush();
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    interfaces.networkChanged(status);
  }

  @Override
  public void networkLeft(long networkId) {
    interfaces.networkLeft(networkId);
  }
}
