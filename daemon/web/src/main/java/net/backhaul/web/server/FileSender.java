// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.io.IOException;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.WebLimits;

/** Sends a file in parts, each when the client has taken most of the one before. */
final class FileSender {
  private final FileBody file;
  private long sentBytes;

  FileSender(FileBody file) {
    this.file = file;
  }

  /**
   * Sends what the connection takes now.
   *
   * @return whether that was the rest
   * @throws IOException if the file cannot be read or has become shorter
   */
  boolean send(ChannelHandlerContext context) throws IOException {
    while (sentBytes < file.bytes() && context.channel().isWritable()) {
      int length = (int) Math.min(WebLimits.DOWNLOAD_PART_BYTES, file.bytes() - sentBytes);
      ByteBuf part = context.alloc().buffer(length);
      int read;
      try {
        read = part.writeBytes(file.channel(), sentBytes, length);
      } catch (IOException e) {
        part.release();
        throw e;
      }
      if (read <= 0) {
        part.release();
        throw new IOException("the file has become shorter");
      }
      sentBytes += read;
      context.writeAndFlush(new DefaultHttpContent(part));
    }
    return sentBytes == file.bytes();
  }

  void close() {
    file.close();
  }
}
