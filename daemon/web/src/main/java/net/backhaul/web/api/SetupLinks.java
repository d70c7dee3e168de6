// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

/**
 * Links by which passwords are set. The secret is in the fragment, which browsers do not send, so
 * that no log of a server or proxy has it.
 *
 * @param origin of the listener or of the reverse proxy, as in {@code https://vpn.example.org}
 */
public record SetupLinks(String origin) {
  static final String PATH = "/setup";

  /** Returns the link of the first administrator, who also chooses a name. */
  public String first(String secret) {
    return origin + PATH + "#" + secret;
  }

  /** Returns the link of a user, whose name needs no encoding. */
  public String of(String user, String secret) {
    return origin + PATH + "?user=" + user + "#" + secret;
  }
}
