// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * An open file that is sent as the body of a response; used on one thread.
 *
 * @param bytes its length
 * @param onClose called once it is closed
 */
public record FileBody(FileChannel channel, long bytes, Runnable onClose) implements AutoCloseable {
  @Override
  public void close() {
    if (channel.isOpen()) {
      try {
        channel.close();
      } catch (IOException e) {
        // It was read only: nothing is lost.
      }
      onClose.run();
    }
  }
}
