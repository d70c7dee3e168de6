// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

/**
 * The cookie of a session: for no script, no other site, and under TLS for no other host.
 *
 * @param isSecure whether clients use TLS
 */
public record SessionCookie(boolean isSecure) {
  private static final String ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Strict";

  /** Returns the name, whose prefix {@code __Host-} browsers accept under TLS only. */
  public String name() {
    return isSecure ? "__Host-session" : "session";
  }

  /** Returns the value of Set-Cookie for a new session. */
  public String set(String secret, long lifetimeMs) {
    return name() + "=" + secret + "; Max-Age=" + lifetimeMs / 1_000 + attributes();
  }

  /** Returns the value of Set-Cookie that removes the cookie. */
  public String remove() {
    return name() + "=; Max-Age=0" + attributes();
  }

  private String attributes() {
    return isSecure ? ATTRIBUTES + "; Secure" : ATTRIBUTES;
  }
}
