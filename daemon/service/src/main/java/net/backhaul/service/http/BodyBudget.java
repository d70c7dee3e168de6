// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

/** Bounds the request bodies that all connections hold together; used on the HTTP event loop. */
final class BodyBudget {
  private final int maxBytes;
  private int reservedBytes;

  BodyBudget(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Reserves bytes; returns false above the budget. */
  boolean reserve(int bytes) {
    if (bytes > maxBytes - reservedBytes) {
      return false;
    }
    reservedBytes += bytes;
    return true;
  }

  void release(int bytes) {
    reservedBytes -= bytes;
    assert reservedBytes >= 0 : "released more than was reserved";
  }

  int reservedBytes() {
    return reservedBytes;
  }
}
