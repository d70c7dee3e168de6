// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.function.Supplier;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests are accepted, by address and token (04 section 4.2).
 *
 * @param managers networks besides loopback whose hosts may use the API
 */
public record AccessControl(String token, String metricsToken, Supplier<List<IpPrefix>> managers) {
  private static final String METRICS = "/metrics";
  private static final IpPrefix LOOPBACK_V4 = IpPrefix.parse("127.0.0.0/8");
  private static final IpPrefix LOOPBACK_V6 = IpPrefix.parse("::1/128");
  private static final IpPrefix LOOPBACK_LINK = IpPrefix.parse("fe80::1/128");

  /** Returns whether a request is accepted. */
  public boolean permits(InetAddress from, RequestTarget target, Headers headers) {
    String path = target.path();
    if (path.equals(METRICS)) {
      return authenticates(target, headers);
    }
    if (!mayManage(from)) {
      return false;
    }
    boolean open = path.equals("/health") || path.equals("/sso") || path.startsWith("/app");
    return open || matches(presented(target, headers), token);
  }

  /** Returns whether a request has a valid token, whatever it requests. */
  boolean authenticates(RequestTarget target, Headers headers) {
    String presented = presented(target, headers);
    return matches(presented, metricsToken) | matches(presented, token);
  }

  /** Returns whether this address may use the API; all others may request metrics only. */
  public boolean mayManage(InetAddress from) {
    return LOOPBACK_V4.contains(from)
        || LOOPBACK_V6.contains(from)
        || LOOPBACK_LINK.contains(from)
        || managers.get().stream().anyMatch(network -> network.contains(from));
  }

  /** Only the first source that is present counts. */
  private static @Nullable String presented(RequestTarget target, Headers headers) {
    String own = headers.first("X-ZT1-Auth");
    if (own != null) {
      return own;
    }
    String parameter = target.query().get("auth");
    if (parameter != null) {
      return parameter;
    }
    String authorization = headers.first("Authorization");
    if (authorization == null) {
      return null;
    }
    String[] words = authorization.split(" ", -1);
    return words.length == 2 && words[0].equalsIgnoreCase("Bearer") ? words[1] : null;
  }

  /** Takes as long for a wrong token as for the right one. */
  private static boolean matches(@Nullable String presented, String token) {
    return presented != null
        && !token.isEmpty()
        && MessageDigest.isEqual(
            presented.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
  }
}
