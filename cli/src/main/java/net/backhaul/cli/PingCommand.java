// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@code ping}: round trips to a peer, which the daemon measures with one ECHO a second. */
final class PingCommand {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int DEFAULT_COUNT = 5;
  private static final int MAX_COUNT = 10_000;
  private static final int DEFAULT_BYTES = 56;
  private static final int MIN_BYTES = 8;
  private static final int MAX_BYTES = 9_600;
  private static final long INTERVAL_MS = 1_000;

  private final Session session;
  private final String address;
  private final int bytes;
  private final List<Map<String, @Nullable Object>> echoes = new ArrayList<>();
  private final List<Double> roundTrips = new ArrayList<>();
  private boolean ended;

  private PingCommand(Session session, String address, int bytes) {
    this.session = session;
    this.address = address;
    this.bytes = bytes;
  }

  static int run(Session session) throws CliExit {
    String address = session.invocation().first().toLowerCase(Locale.ROOT);
    String error = HexIds.addressError(address);
    if (error != null) {
      throw usage(error);
    }
    int count = option(session, "--count", DEFAULT_COUNT, 1, MAX_COUNT);
    int bytes = option(session, "--size", DEFAULT_BYTES, MIN_BYTES, MAX_BYTES);
    return new PingCommand(session, address, bytes).run(count);
  }

  private static int option(Session session, String name, int otherwise, int min, int max)
      throws CliExit {
    String text = session.invocation().options().get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw usage(
        name + ": expected a number from " + min + " to " + max + ", found " + Text.quoted(text));
  }

  private static CliExit usage(String error) {
    return CliExit.err("", USAGE).withHint("ping: " + error);
  }

  private int run(int count) throws CliExit {
    Terminal terminal = session.terminal();
    terminal.host().onInterrupt(this::end);
    if (!session.json()) {
      print("ping " + address + ": " + bytes + " bytes of data\n");
    }
    for (int number = 1; number <= count; number++) {
      long startMs = terminal.wallMs();
      String path = "/peer/" + address + "/ping";
      LocalApi.Answer answer = session.api().post(path, "{\"size\":" + bytes + "}");
      if (isEnded()) {
        break;
      }
      Object echo = answer.isOk() ? session.parse(answer, null) : null;
      session.require(answer, answer.failed() ? null : answer.body());
      add(number, JsonObject.of(echo));
      if (number < count) {
        terminal.host().pause(INTERVAL_MS - Math.max(0, terminal.wallMs() - startMs));
      }
    }
    return end();
  }

  private synchronized boolean isEnded() {
    return ended;
  }

  private synchronized void add(int number, JsonObject echo) {
    if (ended) {
      return;
    }
    boolean answered = echo.flag("answered");
    Map<String, @Nullable Object> out = new TreeMap<>();
    out.put("number", number);
    out.put("answered", answered);
    if (answered) {
      roundTrips.add(echo.real("rtt"));
      for (String field : List.of("rtt", "link", "path", "relay")) {
        out.put(field, echo.get(field));
      }
    }
    echoes.add(out);
    if (!session.json()) {
      print(answered ? line(number, echo) : "no answer to " + number + "\n");
    }
  }

  private static String line(int number, JsonObject echo) {
    String relay = echo.text("relay", "");
    String from =
        echo.text("link", "").equals("DIRECT")
            ? "direct, " + echo.text("path", "-")
            : "relayed by " + (relay.isEmpty() ? echo.text("path", "-") : relay);
    return "answer " + number + ": " + milliseconds(echo.real("rtt")) + ", " + from + "\n";
  }

  private void print(String text) {
    session.out().print(Text.printableLine(text));
    session.out().flush();
  }

  /** Prints the summary, once, and returns the exit code. */
  private synchronized int end() {
    if (!ended) {
      ended = true;
      if (session.json()) {
        session.print(summary());
      } else {
        print(summaryLine());
      }
      session.out().flush();
    }
    return roundTrips.isEmpty() ? FAILED : 0;
  }

  private long lossPercent() {
    return echoes.isEmpty()
        ? 0
        : Math.round(100.0 * (echoes.size() - roundTrips.size()) / echoes.size());
  }

  private String summaryLine() {
    String counts =
        echoes.size() + " sent, " + roundTrips.size() + " answered, " + lossPercent() + " % lost";
    if (roundTrips.isEmpty()) {
      return counts + "\n";
    }
    return counts
        + "; round trip min "
        + milliseconds(min())
        + ", avg "
        + milliseconds(average())
        + ", max "
        + milliseconds(max())
        + "\n";
  }

  private Map<String, @Nullable Object> summary() {
    Map<String, @Nullable Object> out = new TreeMap<>();
    out.put("address", address);
    out.put("size", bytes);
    out.put("sent", echoes.size());
    out.put("answered", roundTrips.size());
    out.put("lossPercent", lossPercent());
    out.put("rttMin", roundTrips.isEmpty() ? null : min());
    out.put("rttAvg", roundTrips.isEmpty() ? null : average());
    out.put("rttMax", roundTrips.isEmpty() ? null : max());
    out.put("echoes", echoes);
    return out;
  }

  private double min() {
    return roundTrips.stream().mapToDouble(Double::doubleValue).min().orElse(0);
  }

  private double max() {
    return roundTrips.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  private double average() {
    double average = roundTrips.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    return Math.round(average * 1_000) / 1_000.0;
  }

  /** Returns a time in milliseconds, with as many decimals as mean something. */
  static String milliseconds(double ms) {
    long digits = ms < 10 ? 100 : ms < 100 ? 10 : 1;
    long scaled = Math.round(ms * digits);
    String whole = Long.toString(scaled / digits);
    if (digits == 1) {
      return whole + " ms";
    }
    String decimals = Long.toString(digits + scaled % digits).substring(1);
    return whole + "." + decimals + " ms";
  }
}
