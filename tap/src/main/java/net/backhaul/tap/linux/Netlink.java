// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;

/** A connection to rtnetlink: sends one request at a time and reads its answer. */
final class Netlink implements AutoCloseable {
  private static final int NETLINK_ROUTE = 0;
  private static final int BUFFER_BYTES = 64 * 1024;
  private static final int ANSWER_WITHIN_MS = 2_000;

  private final int fd;
  private final Memory memory = new Memory(BUFFER_BYTES);
  private final Memory poll = new Memory(8);
  private int sequence;

  Netlink() throws TapException {
    fd = LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) {
      throw new TapException(
          "a netlink socket is needed to set addresses and routes, and the kernel rejects it: "
              + LibC.errorText(LibC.errno()));
    }
  }

  /**
   * Sends a request and waits for its acknowledgement.
   *
   * @return 0, or errno
   */
  int request(byte[] message) throws TapException {
    send(message);
    while (true) {
      ByteBuffer answers = receive();
      for (ByteBuffer each : split(answers)) {
        if (type(each) == NetlinkMessage.NLMSG_ERROR && isOurs(each)) {
          return -each.getInt(NetlinkMessage.HEADER_BYTES);
        }
      }
    }
  }

  /** Returns the addresses of a device. */
  List<TapAddress> addresses(int device) throws TapException {
    var addresses = new ArrayList<TapAddress>();
    for (ByteBuffer each : list(NetlinkMessage.listAddresses(), NetlinkMessage.RTM_NEWADDR)) {
      TapAddress address = NetlinkMessage.readAddress(each, device);
      if (address != null) {
        addresses.add(address);
      }
    }
    return addresses;
  }

  /** Sends a request for a list, and returns its entries, which have the given type. */
  List<ByteBuffer> list(byte[] request, int entryType) throws TapException {
    var entries = new ArrayList<ByteBuffer>();
    send(request);
    while (true) {
      for (ByteBuffer each : split(receive())) {
        if (!isOurs(each)) {
          continue;
        }
        int type = type(each);
        if (type == entryType) {
          entries.add(each);
        } else if (type == NetlinkMessage.NLMSG_DONE) {
          return entries;
        } else if (type == NetlinkMessage.NLMSG_ERROR) {
          throw new TapException(
              "the kernel does not list what netlink request "
                  + type(ByteBuffer.wrap(request).order(ByteOrder.nativeOrder()))
                  + " is for: "
                  + LibC.errorText(-each.getInt(NetlinkMessage.HEADER_BYTES)));
        }
      }
    }
  }

  /** Sends a request for one object, and returns the answer; null where the kernel has none. */
  @Nullable ByteBuffer find(byte[] request, int answerType) throws TapException {
    send(request);
    while (true) {
      for (ByteBuffer each : split(receive())) {
        if (isOurs(each) && type(each) == answerType) {
          return each;
        }
        if (isOurs(each) && type(each) == NetlinkMessage.NLMSG_ERROR) {
          return null;
        }
      }
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
    memory.close();
    poll.close();
  }

  private void send(byte[] message) throws TapException {
    sequence++;
    memory.write(0, message, 0, message.length);
    memory.setInt(NetlinkMessage.SEQUENCE_AT, sequence);
    if (LibC.send(fd, Pointer.nativeValue(memory), message.length, 0) < 0) {
      throw new TapException("cannot send a netlink request: " + LibC.errorText(LibC.errno()));
    }
  }

  private ByteBuffer receive() throws TapException {
    poll.setInt(0, fd);
    poll.setInt(4, LibC.POLLIN);
    int ready = LibC.poll(Pointer.nativeValue(poll), 1, ANSWER_WITHIN_MS);
    if (ready == 0) {
      throw new TapException("no answer to a netlink request within " + ANSWER_WITHIN_MS + " ms");
    }
    long length = LibC.recv(fd, Pointer.nativeValue(memory), BUFFER_BYTES, 0);
    if (length < 0) {
      int errno = LibC.errno();
      if (errno == LibC.EINTR) {
        return ByteBuffer.allocate(0);
      }
      throw new TapException("cannot read a netlink answer: " + LibC.errorText(errno));
    }
    return ByteBuffer.wrap(memory.getByteArray(0, (int) length));
  }

  /** Splits the messages of one read. */
  static List<ByteBuffer> split(ByteBuffer all) {
    all.order(ByteOrder.nativeOrder());
    var messages = new ArrayList<ByteBuffer>();
    int at = 0;
    while (at + NetlinkMessage.HEADER_BYTES <= all.limit()) {
      int length = all.getInt(at);
      if (length < NetlinkMessage.HEADER_BYTES || length > all.limit() - at) {
        break;
      }
      messages.add(all.slice(at, length).order(ByteOrder.nativeOrder()));
      at += NetlinkMessage.aligned(length);
    }
    return messages;
  }

  static int type(ByteBuffer message) {
    return message.getShort(4) & 0xffff;
  }

  /** Returns whether a notification is about an object that has replaced another one. */
  static boolean isReplacement(ByteBuffer message) {
    return (message.getShort(6) & NetlinkMessage.NLM_F_REPLACE) != 0;
  }

  private boolean isOurs(ByteBuffer message) {
    return message.getInt(NetlinkMessage.SEQUENCE_AT) == sequence;
  }
}
