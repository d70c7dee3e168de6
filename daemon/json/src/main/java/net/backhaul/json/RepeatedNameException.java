// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

/** A text in which an object has two members of the same name. */
public final class RepeatedNameException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String path;

  RepeatedNameException(String path) {
    super("expected each name once in an object, found " + path + " twice");
    this.path = path;
  }

  /** Returns where the second one is, as {@code routes[1].target}. */
  public String path() {
    return path;
  }
}
