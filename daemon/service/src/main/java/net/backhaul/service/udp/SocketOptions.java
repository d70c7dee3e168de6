// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Options of a socket for which Netty has no names, most of them of Linux; the socket works without
 * each.
 */
final class SocketOptions {
  private static final Logger log = LoggerFactory.getLogger(SocketOptions.class);
  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SO_MARK = 36;
  private static final int IFNAMSIZ = 16;
  private static final int IP_TTL = 2;
  private static final int IP_RECVTOS = 13;
  private static final int IPV6_RECVTCLASS = 66;

  /** Whether it was reported that a socket rejects a traffic class. */
  private static final AtomicBoolean CLASS_REPORTED = new AtomicBoolean();

  private SocketOptions() {}

  /** Sets the receive buffer beyond the system limit, which takes CAP_NET_ADMIN. */
  static void receiveBuffer(Channel channel, int bytes) {
    var option = new IntegerUnixChannelOption("SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE);
    try {
      channel.config().setOption(option, bytes);
    } catch (RuntimeException e) {
      log.debug("the system's limit holds for the receive buffer: {}", e.toString());
    }
  }

  /** Requests the traffic class of each datagram; a socket of IPv6 may receive both families. */
  static boolean requestTrafficClass(Channel channel, boolean v4) {
    var ofV4 = new IntegerUnixChannelOption("IP_RECVTOS", MessageArray.IPPROTO_IP, IP_RECVTOS);
    var ofV6 =
        new IntegerUnixChannelOption("IPV6_RECVTCLASS", MessageArray.IPPROTO_IPV6, IPV6_RECVTCLASS);
    try {
      channel.config().setOption(ofV4, 1);
      return v4 || channel.config().setOption(ofV6, 1);
    } catch (RuntimeException e) {
      log.debug("a socket does not read ECN: {}", e.toString());
      return false;
    }
  }

  /** Keeps datagrams of the node out of routes through its own devices. */
  static void bindToDevice(Channel channel, String device) {
    ByteBuffer name = ByteBuffer.allocateDirect(IFNAMSIZ);
    name.put(device.getBytes(StandardCharsets.UTF_8)).clear();
    var option = new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, IFNAMSIZ);
    try {
      channel.config().setOption(option, name);
    } catch (RuntimeException e) {
      log.debug("cannot bind a socket to {}: {}", device, e.toString());
    }
  }

  /**
   * Keeps datagrams of the node out of a full tunnel, which takes CAP_NET_ADMIN; returns whether.
   */
  static boolean mark(Channel channel, int mark) {
    var option = new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, SO_MARK);
    try {
      return channel.config().setOption(option, mark);
    } catch (RuntimeException e) {
      log.debug("a socket cannot be marked: {}", e.toString());
      return false;
    }
  }

  /** Sets the traffic class of all that a socket sends, as any system permits; returns whether. */
  static boolean trafficClass(Channel channel, int trafficClass) {
    String reason = "the system has no such option";
    try {
      if (channel.config().setOption(ChannelOption.IP_TOS, trafficClass)) {
        return true;
      }
    } catch (RuntimeException e) {
      reason = e.toString();
    }
    if (!CLASS_REPORTED.getAndSet(true)) {
      log.warn(
          "settings.dscp of local.conf is without effect: a socket does not accept the class of its"
              + " datagrams ({})",
          reason);
    }
    return false;
  }

  /** Sets the TTL of the next datagrams of a socket of IPv4; returns whether. */
  static boolean ttl(Channel channel, int hops) {
    var option = new IntegerUnixChannelOption("IP_TTL", MessageArray.IPPROTO_IP, IP_TTL);
    try {
      return channel.config().setOption(option, hops);
    } catch (RuntimeException e) {
      return false;
    }
  }
}
