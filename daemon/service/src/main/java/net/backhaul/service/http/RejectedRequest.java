// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

/** Thrown by a resource that rejects a request; carries the answer. */
public final class RejectedRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Response response;

  public RejectedRequest(Response response) {
    super("status " + response.status(), null, false, false);
    this.response = response;
  }

  /** Returns the answer to send. */
  public Response response() {
    return response;
  }
}
