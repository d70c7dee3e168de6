// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.access.Principal;
import net.backhaul.web.http.EventStream;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import org.jspecify.annotations.Nullable;

/**
 * The latest changes of records, for clients that follow them; used on the thread of the web API.
 *
 * <p>All clients read the same bounded list, so that a slow one costs no memory: if changes that it
 * has not read were evicted, it gets the event {@code reset} and has to read everything again.
 */
final class ChangeFeed {
  /** Changes that are kept for clients; the oldest is evicted. */
  static final int MAX_CHANGES = 2_048;

  /** Clients at once; further ones are answered with 503. */
  static final int MAX_CLIENTS = 64;

  /** Clients of one account at once. */
  static final int MAX_CLIENTS_PER_ACCOUNT = 16;

  private static final int CHANGES_AT_ONCE = 256;
  private static final long RETRY_AFTER_S = 5;

  private final String run;
  private final Predicate<Principal> isCurrent;
  private final ArrayDeque<Change> changes = new ArrayDeque<>();
  private final Set<Client> clients = new HashSet<>();
  private long nextNumber = 1;

  private record Change(long number, long networkId, String text) {}

  /**
   * Makes an empty feed.
   *
   * @param run identifies this run of the daemon in the ids of events
   * @param isCurrent whether a caller's session or token has not ended
   */
  ChangeFeed(String run, Predicate<Principal> isCurrent) {
    this.run = run;
    this.isCurrent = isCurrent;
  }

  /** Adds a change and notifies the clients. */
  void publish(RecordChange change) {
    if (change instanceof RecordChange.Edited edited) {
      publish(edited.change());
      return;
    }
    if (change instanceof RecordChange.Combined(List<RecordChange> parts)) {
      parts.forEach(this::publish);
      return;
    }
    if (change instanceof RecordChange.JoinedByToken joined) {
      publish(new RecordChange.MemberSaved(joined.member()));
      publish(new RecordChange.JoinTokenSaved(joined.token()));
      return;
    }
    if (change instanceof RecordChange.MembershipEnded
        || change instanceof RecordChange.ActivitySaved) {
      return; // The deletion of the member follows; when one was seen is not followed.
    }
    if (change instanceof RecordChange.MemberBinned(BinnedMember binned)) {
      publish(new RecordChange.MemberDeleted(binned.networkId(), binned.address()));
    }
    if (change instanceof RecordChange.MemberRestored(MemberRecord member)) {
      publish(new RecordChange.MemberSaved(member));
    }
    Map<String, @Nullable Object> data = Json.object();
    String event =
        switch (change) {
          case RecordChange.NetworkSaved saved -> {
            data.put("network", NetworkIds.text(saved.network().id()));
            data.put("revision", Revisions.of(saved.network()));
            yield "network";
          }
          case RecordChange.NetworkDeleted deleted -> {
            data.put("network", NetworkIds.text(deleted.networkId()));
            yield "network-deleted";
          }
          case RecordChange.MemberSaved saved -> {
            data.put("network", NetworkIds.text(saved.member().networkId()));
            data.put("member", Addresses.text(saved.member().address()));
            data.put("revision", Revisions.of(saved.member()));
            data.put("authorized", saved.member().authorized());
            yield "member";
          }
          case RecordChange.MemberDeleted deleted -> {
            data.put("network", NetworkIds.text(deleted.networkId()));
            data.put("member", Addresses.text(deleted.address()));
            yield "member-deleted";
          }
          case RecordChange.MemberBinned(BinnedMember binned) ->
              bin(data, binned.networkId(), binned.address(), true);
          case RecordChange.MemberRestored(MemberRecord member) ->
              bin(data, member.networkId(), member.address(), false);
          case RecordChange.MemberPurged(long networkId, long address) ->
              bin(data, networkId, address, false);
          case RecordChange.Blocked(BlockedAddress block) -> {
            data.put("network", NetworkIds.text(block.networkId()));
            data.put("member", Addresses.text(block.address()));
            yield "blocked";
          }
          case RecordChange.Unblocked unblocked -> {
            data.put("network", NetworkIds.text(unblocked.networkId()));
            data.put("member", Addresses.text(unblocked.address()));
            yield "unblocked";
          }
          case RecordChange.JoinTokenSaved(JoinToken token) -> {
            data.put("network", NetworkIds.text(token.networkId()));
            data.put("token", token.id());
            data.put("uses", token.uses());
            yield "join-token";
          }
          case RecordChange.JoinTokenDeleted(JoinToken token) -> {
            data.put("network", NetworkIds.text(token.networkId()));
            data.put("token", token.id());
            yield "join-token-revoked";
          }
          case RecordChange.JoinedByToken joined ->
              throw new IllegalArgumentException("expected its parts, found " + joined);
          case RecordChange.ActivitySaved saved ->
              throw new IllegalArgumentException("expected what clients see, found " + saved);
          case RecordChange.MembershipEnded ended ->
              throw new IllegalArgumentException("expected what clients see, found " + ended);
          case RecordChange.Combined combined ->
              throw new IllegalArgumentException("expected its parts, found " + combined);
          case RecordChange.Edited edited ->
              throw new IllegalArgumentException("expected the change, found " + edited);
        };
    add(NetworkIds.parse(String.valueOf(data.get("network"))), event, Json.write(data));
    Set.copyOf(clients).forEach(client -> client.onAvailable.run());
  }

  private static String bin(
      Map<String, @Nullable Object> data, long networkId, long address, boolean isThere) {
    data.put("network", NetworkIds.text(networkId));
    data.put("member", Addresses.text(address));
    data.put("removed", isThere);
    return "bin";
  }

  private void add(long networkId, String event, String data) {
    long number = nextNumber++;
    String text = "id: %s-%d\nevent: %s\ndata: %s\n\n".formatted(run, number, event, data);
    changes.add(new Change(number, networkId, text));
    if (changes.size() > MAX_CHANGES) {
      changes.removeFirst();
    }
  }

  /**
   * Begins to follow changes.
   *
   * @param lastEventId the last event that the client has; null to begin with the next change
   * @throws ProblemException at the limit of clients
   */
  EventStream open(Principal caller, @Nullable String lastEventId) {
    long own =
        clients.stream().filter(each -> each.caller.accountId() == caller.accountId()).count();
    if (clients.size() >= MAX_CLIENTS || own >= MAX_CLIENTS_PER_ACCOUNT) {
      throw new ProblemException(
          RequestProblem.of(503, "busy", "too many clients follow events; close some")
              .retryAfter(RETRY_AFTER_S));
    }
    var client = new Client(caller, lastEventId == null ? nextNumber : after(lastEventId));
    clients.add(client);
    return client;
  }

  /** Returns the number after that of an event; 0, which was evicted, for one of another run. */
  private long after(String eventId) {
    String prefix = run + "-";
    String digits = eventId.startsWith(prefix) ? eventId.substring(prefix.length()) : "";
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= 15
            && digits.chars().allMatch(each -> each >= '0' && each <= '9');
    long number = isNumber ? Long.parseLong(digits) + 1 : 0;
    return number <= nextNumber ? number : 0;
  }

  private String reset() {
    return "id: %s-%d\nevent: reset\ndata: {}\n\n".formatted(run, nextNumber - 1);
  }

  private final class Client implements EventStream {
    private final Principal caller;
    private Runnable onAvailable = () -> {};
    private long next;

    Client(Principal caller, long next) {
      this.caller = caller;
      this.next = next;
    }

    @Override
    public void onAvailable(Runnable callback) {
      onAvailable = callback;
    }

    @Override
    public Optional<String> next() {
      long oldest = changes.isEmpty() ? nextNumber : changes.getFirst().number;
      if (next < oldest) {
        next = nextNumber;
        return Optional.of(reset());
      }
      var text = new StringBuilder();
      int count = 0;
      for (Change change : changes) {
        if (change.number >= next && count < CHANGES_AT_ONCE) {
          count++;
          next = change.number + 1;
          if (caller.may(AccessLevel.READ, change.networkId)) {
            text.append(change.text);
          }
        }
      }
      return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
    }

    @Override
    public boolean hasEnded() {
      return !isCurrent.test(caller);
    }

    @Override
    public void close() {
      clients.remove(this);
    }
  }

  /** Notifies the clients that a session or a token has ended. */
  void ended() {
    Set.copyOf(clients).forEach(client -> client.onAvailable.run());
  }

  int clientCount() {
    return clients.size();
  }
}
