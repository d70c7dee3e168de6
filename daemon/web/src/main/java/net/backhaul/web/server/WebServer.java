// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import net.backhaul.web.access.HostNames;
import net.backhaul.web.api.LocalController;
import net.backhaul.web.api.WebApi;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.join.JoinSite;
import org.jspecify.annotations.Nullable;

/** The listener of the web API, with one thread, which also owns the API. */
public final class WebServer implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final long CLOSE_TIMEOUT_MS = 1_000;

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("web", true), NioIoHandler.newFactory());
  private final ChannelGroup accepted = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE);
  private final Channel channel;
  private final WebApi api;
  private final WebApi.Site site;

  /** Makes the API of a listener whose address is bound. */
  @FunctionalInterface
  public interface ApiFactory {
    WebApi create(Executor thread, WebApi.Site site);
  }

  /**
   * Listens.
   *
   * @param certificate for TLS; null without
   * @throws IOException if the address cannot be bound
   */
  public WebServer(WebSettings settings, @Nullable TlsCertificate certificate, ApiFactory factory)
      throws IOException {
    Executor thread = group.next();
    var context = new CompletableFuture<WebListenerContext>();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            // Pools and arenas never release the memory of a burst.
            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    WebLimits.SEND_BUFFER_BYTES / 2, WebLimits.SEND_BUFFER_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    accepted.add(connection);
                    accept(connection, certificate, context.getNow(null));
                  }
                })
            .bind(settings.listen())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
      throw new IOException(
          "cannot listen on " + settings.listenText() + ": " + bound.cause().getMessage());
    }
    channel = bound.channel();
    site = site(settings, certificate, port());
    api = factory.create(thread, site);
    context.complete(new WebListenerContext(api, settings.isSecure(), !settings.url().isEmpty()));
  }

  /** Returns how hosts that join reach this listener. */
  public LocalController.Listener listener() {
    return new LocalController.Listener(site.join(), URI.create(site.origin()).getAuthority());
  }

  private static WebApi.Site site(
      WebSettings settings, @Nullable TlsCertificate certificate, int port) {
    var names = new TreeSet<String>();
    names.add("localhost");
    String urlHost = settings.urlHost();
    if (urlHost != null) {
      names.add(urlHost);
    }
    if (certificate != null) {
      names.addAll(certificate.names());
    }
    String pin = certificate == null || !settings.url().isEmpty() ? "" : certificate.pin();
    return new WebApi.Site(
        settings.origin(port),
        new HostNames(names),
        new JoinSite(settings.isSecure(), settings.url(), pin));
  }

  private static void accept(
      Channel accepted,
      @Nullable TlsCertificate certificate,
      @Nullable WebListenerContext context) {
    if (context == null || !context.connections().add(accepted)) {
      accepted.close();
      return;
    }
    ChannelPipeline pipeline = accepted.pipeline();
    if (certificate != null) {
      pipeline.addLast(certificate.context().newHandler(accepted.alloc()));
    }
    pipeline
        .addLast(new WriteTimeoutHandler(WebLimits.SEND_TIMEOUT_S))
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(WebLimits.MAX_REQUEST_LINE_BYTES)
                    .setMaxHeaderSize(WebLimits.MAX_HEADER_BYTES)))
        .addLast(new WebConnection(context));
  }

  /** Returns the port that was bound. */
  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** Calls a function with the API, on its thread. */
  public <T> CompletableFuture<T> submit(Function<WebApi, T> function) {
    return CompletableFuture.supplyAsync(() -> function.apply(api), group.next());
  }

  @Override
  public void close() {
    channel.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    // Clients of events connect again, once there is another listener.
    accepted.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
    api.close();
    group
        .shutdownGracefully(0, CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CLOSE_TIMEOUT_MS);
  }
}
