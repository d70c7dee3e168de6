// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import net.backhaul.web.http.RouteIds;

/**
 * Who may use a route.
 *
 * @param permission required in the scope; unused on public routes
 */
public record Access(Scope scope, AccessLevel permission) {
  /** Where the permission is required. */
  public enum Scope {
    /** Nowhere: without a log-in. The list of these routes is a resource that a test compares. */
    PUBLIC,
    /** Nowhere: any caller with a session, but no API token. */
    OWN_SESSION,
    /** Nowhere: any caller. */
    ANY_CALLER,
    /** In the network that the path names. */
    NETWORK,
    /** In one network at least; the handler shows only those which the caller may read. */
    SOME_NETWORK,
    /** In all networks. */
    ALL_NETWORKS
  }

  /** Without a log-in. */
  public static final Access PUBLIC = new Access(Scope.PUBLIC, AccessLevel.READ);

  /** With a session: what concerns the caller's own account, which no token may change. */
  public static final Access OWN_SESSION = new Access(Scope.OWN_SESSION, AccessLevel.READ);

  /** With a session or a token. */
  public static final Access ANY_CALLER = new Access(Scope.ANY_CALLER, AccessLevel.READ);

  /** With a permission in the network that the path names. */
  public static Access inNetwork(AccessLevel permission) {
    return new Access(Scope.NETWORK, permission);
  }

  /** With a permission in one network at least. */
  public static Access inSomeNetwork(AccessLevel permission) {
    return new Access(Scope.SOME_NETWORK, permission);
  }

  /** With a permission in all networks. */
  public static Access inAllNetworks(AccessLevel permission) {
    return new Access(Scope.ALL_NETWORKS, permission);
  }

  /** Returns whether a caller may use a route whose path has these ids. */
  boolean permits(Principal caller, RouteIds ids) {
    return switch (scope) {
      case PUBLIC -> true;
      case OWN_SESSION -> caller.credential() == Principal.CallerKind.SESSION;
      case ANY_CALLER -> caller.credential() != Principal.CallerKind.NONE;
      case NETWORK -> caller.grant().permits(permission, ids.network());
      case SOME_NETWORK -> caller.grant().permitsSomewhere(permission);
      case ALL_NETWORKS -> caller.grant().permitsEverywhere(permission);
    };
  }

  /** Describes what is required. */
  public String text() {
    return switch (scope) {
      case PUBLIC -> "nothing";
      case OWN_SESSION -> "a session; tokens do not suffice";
      case ANY_CALLER -> "a session or a token";
      case NETWORK -> "permission to " + permission.text() + " in this network";
      case SOME_NETWORK -> "permission to " + permission.text() + " in a network";
      case ALL_NETWORKS -> "permission to " + permission.text() + " in all networks";
    };
  }
}
