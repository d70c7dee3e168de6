// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a socket with calls of our own, on the loop that its channel lives on.
 *
 * <p>The channel makes an object of every datagram, which costs more than receiving it. So the
 * channel does not read; a second descriptor of its socket is watched by this instead.
 */
final class MessageReceiver implements EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(MessageReceiver.class);

  /** What is read before others have their turn; joined datagrams come 64 KiB at once. */
  private static final int MAX_BYTES_AT_ONCE = 512 * 1024;

  private static final int MAX_CALLS_AT_ONCE = 8;

  private final FileDescriptor descriptor;
  private final int socket;
  private final MessageReader reader;
  private final Intake intake;
  private final Runnable endOfRead;
  private @Nullable IoRegistration registration;
  private boolean closed;

  /**
   * Makes a receiver.
   *
   * @param fd a descriptor of the socket, which belongs to the receiver from now on
   */
  MessageReceiver(int fd, int socket, MessageReader reader, Intake intake, Runnable endOfRead) {
    this.descriptor = new FileDescriptor(fd);
    this.socket = socket;
    this.reader = reader;
    this.intake = intake;
    this.endOfRead = endOfRead;
  }

  /** Begins to read; on the loop. */
  void start(IoEventLoop loop) {
    loop.register(this)
        .addListener(
            done -> {
              if (done.getNow() instanceof IoRegistration made && !closed) {
                registration = made;
                made.submit(EpollIoOps.EPOLLIN);
              } else {
                log.error("cannot watch socket {}", socket, done.cause());
              }
            });
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public void handle(IoRegistration from, IoEvent event) {
    if (closed) {
      return;
    }
    int bytes = 0;
    for (int call = 0; call < MAX_CALLS_AT_ONCE && bytes < MAX_BYTES_AT_ONCE; call++) {
      int messages = reader.read(descriptor.intValue());
      for (int i = 0; i < messages; i++) {
        bytes += reader.take(i, socket, intake);
      }
      if (messages < MessageReader.MESSAGES) {
        break;
      }
    }
    endOfRead.run();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (registration != null) {
      registration.cancel();
    }
    try {
      descriptor.close();
    } catch (IOException e) {
      log.debug("socket {}: {}", socket, e.toString());
    }
  }
}
