// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import net.backhaul.protocol.ethernet.MssOption;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.FrameCapture;

/** Reads the MSS from the SYNs of connections to a port, as a device sends or receives them. */
final class SynCapture implements AutoCloseable {
  private static final int ETHER_TYPE = 12;
  private static final int ETHERNET_BYTES = 14;
  private static final int TCP_BYTES = 20;

  private final FrameCapture capture;
  private final int port;
  private final MssOption option = new MssOption();
  private int mssOfClient;
  private int mssOfServer;

  /** Opens a socket of a device in the calling thread's network namespace. */
  SynCapture(String device, int port) {
    capture = new FrameCapture(device);
    this.port = port;
  }

  /** Returns the MSS in the latest SYN and in the latest SYN-ACK; 0 where there was none. */
  String sizes() {
    for (byte[] frame = capture.receive(); frame != null; frame = capture.receive()) {
      int etherType = BigEndian.u16(frame, ETHER_TYPE);
      if (option.find(etherType, frame, ETHERNET_BYTES, frame.length - ETHERNET_BYTES)) {
        int tcpAt = ETHERNET_BYTES + option.headerBytes() - TCP_BYTES;
        if (BigEndian.u16(frame, tcpAt) == port) {
          mssOfServer = option.mssBytes();
        } else if (BigEndian.u16(frame, tcpAt + 2) == port) {
          mssOfClient = option.mssBytes();
        }
      }
    }
    return mssOfClient + " " + mssOfServer;
  }

  @Override
  public void close() {
    capture.close();
  }
}
