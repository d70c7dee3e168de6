// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

/** The answer to an ARP request (RFC 826), as the host sends it that has the requested address. */
public final class ArpReply {
  private static final int MAC_BYTES = 6;
  private static final int SENDER_MAC = 6;
  private static final int OPERATION = 21;
  private static final int REPLY = 2;
  private static final int SENDER = 22;
  private static final int SENDER_IP = 28;
  private static final int TARGET = 32;
  private static final int TARGET_IP = 38;
  private static final byte[] MAC = {2, 0, 0, 0, 0, 9};

  private ArpReply() {}

  /** Returns the Ethernet frame that answers one with a request, from 02:00:00:00:00:09. */
  public static byte[] to(byte[] request) {
    byte[] reply = request.clone();
    System.arraycopy(request, SENDER_MAC, reply, 0, MAC_BYTES);
    System.arraycopy(MAC, 0, reply, SENDER_MAC, MAC_BYTES);
    reply[OPERATION] = REPLY;
    System.arraycopy(MAC, 0, reply, SENDER, MAC_BYTES);
    System.arraycopy(request, TARGET_IP, reply, SENDER_IP, 4);
    System.arraycopy(request, SENDER, reply, TARGET, MAC_BYTES + 4);
    return reply;
  }
}
