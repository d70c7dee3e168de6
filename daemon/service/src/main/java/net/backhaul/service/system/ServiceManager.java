// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies systemd of the state of the daemon, for {@code Type=notify}. */
public final class ServiceManager {
  private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

  private ServiceManager() {}

  /** Sends a message as {@code sd_notify(3)} does; has no effect without {@code NOTIFY_SOCKET}. */
  public static void send(String message) {
    String path = System.getenv("NOTIFY_SOCKET");
    if (path == null || path.isEmpty() || !Epoll.isAvailable()) {
      return;
    }
    byte[] address = path.getBytes(StandardCharsets.UTF_8);
    if (address[0] == '@') {
      address[0] = 0; // The abstract namespace.
    }
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    ByteBuffer content = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    Socket socket = Socket.newSocketDomainDgram();
    try {
      socket.sendToDomainSocket(content, 0, bytes.length, address);
    } catch (IOException e) {
      log.warn(
          "cannot notify systemd at {} ({}); it may end this service as not started",
          path,
          e.getMessage());
    } finally {
      try {
        socket.close();
      } catch (IOException e) {
        log.debug("cannot close the socket to {}: {}", path, e.getMessage());
      }
    }
  }
}
