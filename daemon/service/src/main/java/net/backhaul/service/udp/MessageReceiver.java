// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a socket with {@code recvmmsg}, on the event loop of its channel, and detects when it can
 * be written.
 *
 * <p>Netty's channel creates an object for every datagram, which costs more than receiving it. So
 * the channel does not read; a second descriptor of its socket is registered here instead.
 */
final class MessageReceiver implements EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(MessageReceiver.class);

  /**
   * How many times more is read than is handled before the next read. A larger factor finds more
   * datagrams of quiet sources within a flood; but reading a datagram that is then dropped costs
   * about a tenth of handling one.
   */
  private static final int READ_AHEAD = 3;

  private static final int MAX_BYTES_AT_ONCE = READ_AHEAD * ReceiveQueue.DATA_BYTES;
  private static final int MAX_DATAGRAMS_AT_ONCE = READ_AHEAD * ReceiveQueue.BATCH_DATAGRAMS;

  /** A message above this size was coalesced from many datagrams. */
  private static final int LONG_BYTES = 8_192;

  private final FileDescriptor descriptor;
  private final int socket;
  private final ReceivedRun run;
  private final MessageReader reader;
  private final ReceiveQueue receiveQueue;
  private final Runnable endOfRead;
  private @Nullable IoRegistration registration;
  private Runnable onWritable = () -> {};
  private boolean watchesWritable;
  private boolean closed;
  private boolean longMessages;

  /**
   * Creates a receiver.
   *
   * @param fd a descriptor of the socket, which the receiver closes
   */
  MessageReceiver(
      int fd, int socket, MessageReader reader, ReceiveQueue receiveQueue, Runnable endOfRead) {
    this.descriptor = new FileDescriptor(fd);
    this.socket = socket;
    this.run = new ReceivedRun(socket);
    this.reader = reader;
    this.receiveQueue = receiveQueue;
    this.endOfRead = endOfRead;
  }

  /** Starts to read; on the loop. */
  void start(IoEventLoop loop) {
    loop.register(this)
        .addListener(
            done -> {
              if (done.getNow() instanceof IoRegistration made && !closed) {
                registration = made;
                watch(made);
              } else {
                log.error(
                    "socket {} cannot be registered with epoll, so nothing is received on it",
                    socket,
                    done.cause());
              }
            });
  }

  /** Sets what is called while the socket is watched and can be written. */
  void onWritable(Runnable action) {
    onWritable = action;
  }

  /** Starts or stops to watch for the socket to be writable. */
  void watchWritable(boolean watch) {
    watchesWritable = watch;
    if (registration != null && !closed) {
      watch(registration);
    }
  }

  private void watch(IoRegistration on) {
    EpollIoOps in = EpollIoOps.EPOLLIN;
    on.submit(watchesWritable ? in.with(EpollIoOps.EPOLLOUT) : in);
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
    EpollIoOps ready = ((EpollIoEvent) event).ops();
    if (watchesWritable && ready.contains(EpollIoOps.EPOLLOUT)) {
      onWritable.run();
    }
    if (!ready.equals(EpollIoOps.EPOLLOUT)) {
      read();
    }
  }

  private void read() {
    int bytes = 0;
    int datagrams = 0;
    boolean more = true;
    while (more && bytes < MAX_BYTES_AT_ONCE && datagrams < MAX_DATAGRAMS_AT_ONCE) {
      int atMost = longMessages ? READ_AHEAD : MessageReader.MESSAGES;
      int messages = reader.read(descriptor.intValue(), atMost);
      int received = 0;
      for (int i = 0; i < messages; i++) {
        received += reader.length(i);
        datagrams += reader.take(i, run, receiveQueue);
      }
      longMessages = received > messages * LONG_BYTES;
      bytes += received;
      more = messages == atMost;
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
