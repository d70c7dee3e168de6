// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds TLS to a connection whose first byte is that of a TLS handshake; records begin otherwise.
 */
final class TlsDetector extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(TlsDetector.class);
  private static final int HANDSHAKE = 0x16;

  private final Tls tls;

  /** Returns the certificate of this relay. */
  interface Tls {
    SslContext context() throws IOException;
  }

  TlsDetector(Tls tls) {
    this.tls = tls;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes && bytes.isReadable()) {
      if (bytes.getByte(bytes.readerIndex()) == HANDSHAKE) {
        try {
          context
              .pipeline()
              .addAfter(context.name(), null, tls.context().newHandler(context.channel().alloc()));
        } catch (IOException e) {
          log.warn("TLS is not available to clients of the relay: {}", e.getMessage());
        }
      }
      context.fireChannelRead(message);
      context.pipeline().remove(this);
      return;
    }
    context.fireChannelRead(message);
  }
}
