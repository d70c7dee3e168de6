// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/**
 * Epoll of Netty, with registrations that remain while no event is requested.
 *
 * <p>Netty 4.2 removes such a descriptor from the epoll set, but does not add it again: the next
 * request fails with ENOENT, and the output is shut down. This happens to each connection that the
 * client has half closed, whose requests pend, and whose send buffer is full: its answer would be
 * truncated.
 */
final class StableEpoll implements IoHandler {
  private final IoHandler epoll;

  private StableEpoll(IoHandler epoll) {
    this.epoll = epoll;
  }

  static IoHandlerFactory newFactory() {
    IoHandlerFactory factory = EpollIoHandler.newFactory();
    return executor -> new StableEpoll(factory.newHandler(executor));
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Registration(epoll.register(handle));
  }

  private record Registration(IoRegistration of) implements IoRegistration {
    @Override
    public long submit(IoOps ops) {
      // Edge-triggered and without an event: at most one for an error, which is always reported.
      return of.submit(EpollIoOps.NONE.equals(ops) ? EpollIoOps.EPOLLET : ops);
    }

    @Override
    public <T> T attachment() {
      return of.attachment();
    }

    @Override
    public boolean isValid() {
      return of.isValid();
    }

    @Override
    public boolean cancel() {
      return of.cancel();
    }
  }

  @Override
  public void initialize() {
    epoll.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    return epoll.run(context);
  }

  @Override
  public void prepareToDestroy() {
    epoll.prepareToDestroy();
  }

  @Override
  public void destroy() {
    epoll.destroy();
  }

  @Override
  public void wakeup() {
    epoll.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> handleType) {
    return epoll.isCompatible(handleType);
  }
}
