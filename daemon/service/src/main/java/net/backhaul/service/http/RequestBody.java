// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects the body of one request within its own limit and that of the server. */
final class RequestBody {
  /** The result of adding a part of a body. */
  enum Append {
    ADDED,
    BODY_TOO_LARGE,
    SERVER_FULL
  }

  private final BodyBudget budget;
  private final int maxBytes;
  private byte[] bytes = new byte[0];
  private int length;

  RequestBody(BodyBudget budget, int maxBytes) {
    this.budget = budget;
    this.maxBytes = maxBytes;
  }

  /** Copies a part of the body; what is rejected stays unread. */
  Append append(ByteBuf part) {
    int more = part.readableBytes();
    if (more > maxBytes - length) {
      return Append.BODY_TOO_LARGE;
    }
    int needed = length + more;
    if (needed > bytes.length
        && !grow(Math.clamp(2L * bytes.length, needed, maxBytes))
        && !grow(needed)) {
      return Append.SERVER_FULL;
    }
    part.readBytes(bytes, length, more);
    length += more;
    return Append.ADDED;
  }

  private boolean grow(int capacity) {
    if (!budget.reserve(capacity - bytes.length)) {
      return false;
    }
    bytes = Arrays.copyOf(bytes, capacity);
    return true;
  }

  /** Returns what has come, without a copy. */
  ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, length).asReadOnlyBuffer();
  }

  /** Gives the memory back. */
  void release() {
    budget.release(bytes.length);
    bytes = new byte[0];
    length = 0;
  }
}
