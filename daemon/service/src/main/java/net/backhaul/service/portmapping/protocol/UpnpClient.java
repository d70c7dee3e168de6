// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import org.jspecify.annotations.Nullable;

/**
 * A mapping by UPnP IGD: search, description, external address, mapping. One step follows the
 * other, over one connection at a time.
 *
 * <p>Only the gateway is believed: another host could answer the search and name any address.
 */
final class UpnpClient implements MappingClient {
  private static final long SEARCH_AGAIN_MS = 1_000;
  private static final long SEARCH_WITHIN_MS = 3_000;
  private static final long MS = 1_000;

  private final MapperContext context;
  private final Gateway gateway;
  private final Listener listener;
  private Step step = Step.NONE;
  private long stepMs;
  private long deadlineMs = NEVER;
  private int exchange;
  private @Nullable HttpExchange response;
  private int answers;
  private boolean searchedAgain;
  private @Nullable GatewayUrl location;
  private UpnpMessages.@Nullable Service service;

  /** What the router has been requested, and was, for this request. */
  private boolean isRenewal;

  private int externalPort;
  private int portsTried;
  private long leaseS;
  private @Nullable InetAddress address;

  private enum Step {
    NONE,
    SEARCH,
    DESCRIPTION,
    ADDRESS,
    MAPPING,
    REMOVAL
  }

  UpnpClient(MapperContext context, Gateway gateway, Listener listener) {
    this.context = context;
    this.gateway = gateway;
    this.listener = listener;
    this.leaseS = context.options().lifetimeS();
  }

  @Override
  public MappingProtocol protocol() {
    return MappingProtocol.UPNP;
  }

  @Override
  public void request(@Nullable InetSocketAddress external, long nowMs) {
    isRenewal = external != null;
    externalPort = external == null ? gateway.local().getPort() : external.getPort();
    portsTried = 1;
    context.count(Count.REQUESTED);
    if (isRenewal && service != null) {
      requestAddress(nowMs);
    } else {
      beginSearch(nowMs);
    }
  }

  @Override
  public void remove(InetSocketAddress external, long nowMs) {
    UpnpMessages.Service known = service;
    if (known == null) {
      listener.removed();
      return;
    }
    exchange(
        Step.REMOVAL,
        known.control().endpoint(),
        UpnpMessages.removalRequest(known, external.getPort()),
        nowMs);
  }

  private void beginSearch(long nowMs) {
    enter(Step.SEARCH, nowMs);
    service = null;
    answers = 0;
    searchedAgain = false;
    deadlineMs = nowMs + SEARCH_AGAIN_MS;
    search();
  }

  private void search() {
    for (String each : UpnpMessages.SEARCHED) {
      context.output().search(UpnpMessages.search(each));
    }
  }

  private void enter(Step next, long nowMs) {
    step = next;
    stepMs = nowMs;
    deadlineMs = nowMs + MappingLimits.EXCHANGE_WITHIN_MS;
  }

  @Override
  public void found(InetAddress from, byte[] bytes, int length, long nowMs) {
    if (step != Step.SEARCH) {
      return;
    }
    answers++;
    if (answers > MappingLimits.MAX_SEARCH_ANSWERS) {
      context.count(Count.SEARCH_LIMIT);
      context.output().endSearch();
      return;
    }
    if (!from.equals(gateway.address())) {
      context.count(Count.OTHER_SOURCE);
      return;
    }
    try {
      GatewayUrl url = own(UpnpMessages.readLocation(bytes, length));
      location = url;
      context.output().endSearch();
      exchange(Step.DESCRIPTION, url.endpoint(), UpnpMessages.descriptionRequest(url), nowMs);
    } catch (WireException e) {
      context.count(Count.INVALID);
    }
  }

  /** Returns a URL of the gateway; others are no business of a router. */
  private GatewayUrl own(GatewayUrl url) {
    if (!url.endpoint().getAddress().equals(gateway.address())) {
      context.count(Count.FORBIDDEN_ADDRESS);
      throw new WireException("a URL of another host than the router");
    }
    return url;
  }

  private void exchange(Step next, InetSocketAddress to, byte[] request, long nowMs) {
    enter(next, nowMs);
    response = new HttpExchange();
    exchange++;
    context.output().exchange(exchange, to, request);
  }

  @Override
  public long deadlineMs() {
    return deadlineMs;
  }

  @Override
  public void advance(long nowMs) {
    if (nowMs < deadlineMs) {
      return;
    }
    if (step == Step.SEARCH) {
      if (!searchedAgain) {
        searchedAgain = true;
        deadlineMs = stepMs + SEARCH_WITHIN_MS;
        search();
      } else {
        fail("no answer", nowMs);
      }
    } else {
      context.count(Count.RESPONSE_LIMIT);
      fail("the router's answer takes too long", nowMs);
    }
  }

  @Override
  public void responded(int number, byte[] bytes, int length, long nowMs) {
    HttpExchange pending = response;
    if (number != exchange || pending == null) {
      return;
    }
    try {
      HttpExchange.HttpReply complete = pending.add(bytes, 0, length);
      if (complete != null) {
        complete(complete, nowMs);
      }
    } catch (WireException e) {
      context.count(Count.RESPONSE_LIMIT);
      fail("the router answers with " + e.getMessage(), nowMs);
    }
  }

  @Override
  public void closed(int number, long nowMs) {
    HttpExchange pending = response;
    if (number != exchange || pending == null) {
      return;
    }
    HttpExchange.HttpReply complete = pending.closed();
    if (complete == null) {
      fail("the router ends the connection", nowMs);
    } else {
      complete(complete, nowMs);
    }
  }

  private void complete(HttpExchange.HttpReply complete, long nowMs) {
    Step done = step;
    endExchange();
    try {
      switch (done) {
        case NONE, SEARCH -> {}
        case DESCRIPTION -> described(complete, nowMs);
        case ADDRESS -> addressed(UpnpMessages.readAnswer(complete), nowMs);
        case MAPPING -> mapped(UpnpMessages.readAnswer(complete), nowMs);
        case REMOVAL -> listener.removed();
      }
    } catch (WireException e) {
      context.count(Count.INVALID);
      fail("the router answers with " + e.getMessage(), nowMs);
    }
  }

  private void endExchange() {
    response = null;
    step = Step.NONE;
    deadlineMs = NEVER;
    context.output().endExchange();
  }

  private void described(HttpExchange.HttpReply description, long nowMs) {
    GatewayUrl from = location;
    UpnpMessages.Service found =
        from == null ? null : UpnpMessages.readDescription(description, from);
    if (found == null) {
      fail("the router maps no ports", nowMs);
      return;
    }
    own(found.control());
    service = found;
    requestAddress(nowMs);
  }

  private void requestAddress(long nowMs) {
    UpnpMessages.Service known = service;
    if (known != null) {
      exchange(Step.ADDRESS, known.control().endpoint(), UpnpMessages.addressRequest(known), nowMs);
    }
  }

  private void addressed(UpnpMessages.Answer answer, long nowMs) {
    if (answer.error() != 0) {
      reject(answer.error(), nowMs);
      return;
    }
    address = UpnpMessages.readAddress(answer);
    requestMapping(nowMs);
  }

  private void requestMapping(long nowMs) {
    UpnpMessages.Service known = service;
    if (known != null) {
      boolean selects = known.selectsPorts() && !isRenewal;
      exchange(
          Step.MAPPING,
          known.control().endpoint(),
          UpnpMessages.mappingRequest(known, gateway.local(), externalPort, leaseS, selects),
          nowMs);
    }
  }

  private void mapped(UpnpMessages.Answer answer, long nowMs) {
    UpnpMessages.Service known = service;
    InetAddress external = address;
    if (answer.error() == 0 && known != null && external != null) {
      if (known.selectsPorts() && !isRenewal) {
        externalPort = UpnpMessages.readPort(answer);
      }
      long lifetimeMs = leaseS == 0 ? NEVER : leaseS * MS;
      listener.granted(new InetSocketAddress(external, externalPort), lifetimeMs, nowMs);
    } else if (answer.error() == UpnpMessages.ONLY_PERMANENT && leaseS != 0) {
      leaseS = 0;
      requestMapping(nowMs);
    } else if (answer.error() == UpnpMessages.CONFLICT
        && portsTried < MappingLimits.MAX_PORTS_TRIED
        && externalPort < 0xffff) {
      portsTried++;
      externalPort++;
      requestMapping(nowMs);
    } else {
      reject(answer.error(), nowMs);
    }
  }

  private void reject(int error, long nowMs) {
    context.count(Count.REJECTED);
    fail(UpnpMessages.text(error), nowMs);
  }

  private void fail(String why, long nowMs) {
    boolean removal = step == Step.REMOVAL;
    if (step == Step.SEARCH) {
      context.output().endSearch();
    }
    endExchange();
    service = null;
    if (removal) {
      listener.removed();
    } else {
      listener.failed(why, nowMs);
    }
  }
}
