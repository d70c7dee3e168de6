// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

/** The methods of the web API; a HEAD arrives as GET. */
public enum WebMethod {
  GET,
  POST,
  PATCH,
  DELETE;

  /** Returns whether a request of this method may change anything. */
  public boolean isUnsafe() {
    return this != GET;
  }
}
