// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.List;

/** All that is persisted. */
public record AccountState(
    List<Account> accounts,
    List<WebSession> sessions,
    List<ApiToken> tokens,
    List<SetupLink> links) {
  public static final AccountState EMPTY =
      new AccountState(List.of(), List.of(), List.of(), List.of());

  public AccountState {
    accounts = List.copyOf(accounts);
    sessions = List.copyOf(sessions);
    tokens = List.copyOf(tokens);
    links = List.copyOf(links);
  }
}
