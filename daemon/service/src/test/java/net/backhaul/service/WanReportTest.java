// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code scripts/bench wan} says about figures. */
class WanReportTest {
  private static final Path TREE = Tree.TOP;

  /** Three equal columns of figures that reach everything, of which a test changes some. */
  private static final String FIGURES =
      """
      import sys
      sys.path.insert(0, 'scripts/bench.d')
      import streams, wanreport

      LINK = dict(drops=0, drops_back=0, marked=0)
      CALL = {'call.loss': 0.5, 'call.sent': 600}
      TCP = dict(rate=45, retransmits=100, ping=20, **{'ping.p99': 30}, **CALL, **LINK)
      UDP = dict(sent=20_000, loss=0.5, p99=30, ping=20, **LINK)
      CALM = dict(retransmits=0, marked=500, **{'call.loss': 0})

      def figures(link, measurement, bare={}, reference={}, ours={}):
          columns = dict(bare=bare, reference=reference, ours=ours)
          every = UDP if measurement.startswith('udp') else TCP
          made = wanreport.Figures(list(columns))
          for column, changed in columns.items():
              made.add(link, measurement, column, {**every, **changed})
          return made

      def behind(link, measurement, **changed):
          print(figures(link, measurement, **changed).behind(link, measurement))

      def calm(**ours):
          behind('ecn', 'tcp1', bare=CALM, reference=CALM, ours={**CALM, **ours})
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      nullValues = "nothing",
      textBlock =
          """
          'dsl', 'tcp1'                                                  | nothing
          'dsl', 'tcp1', ours=dict(rate=44.8)                            | 0.996 x reference
          'dsl', 'tcp1', ours=dict(rate=44.0)                            | 0.98 x reference
          'dsl', 'tcp1', ours=dict(rate=44.999)                          | 0.99998 x reference
          'dsl', 'tcp1', bare=dict(rate=47.4)                            | 0.949 x bare
          'dsl', 'tcp1', bare=dict(rate=47.3)                            | nothing
          'dsl', 'tcp1', ours=dict(retransmits=130)                      | nothing
          'dsl', 'tcp1', ours=dict(retransmits=131)                      | retransmissions
          'dsl', 'tcp1', ours=dict(retransmits=131), bare=dict(retransmits=110)  | nothing
          'uplink', 'tcp1', bare=dict(retransmits=0), reference=dict(retransmits=1), ours=dict(retransmits=4) | nothing
          'uplink', 'tcp1', bare=dict(retransmits=0), reference=dict(retransmits=1), ours=dict(retransmits=5) | retransmissions
          'dsl', 'tcp1', ours=dict(ping=22)                              | nothing
          'dsl', 'tcp1', ours=dict(ping=22.04)                           | ping +2.04 ms
          'dsl', 'tcp1', ours=dict(ping=40)                              | ping +20 ms
          'dsl', 'udp', ours=dict(loss=0.6, ping=40)                     | nothing
          'dsl', 'udp', ours=dict(loss=0.61)                             | loss
          'dsl', 'tcp1', ours={'call.loss': 0.8}                         | nothing
          'dsl', 'tcp1', ours={'call.loss': 0.9}                         | call
          'dsl', 'tcp1', ours={'call.loss': 0.61, 'call.sent': 100_000}  | call
          'dsl', 'two', ours=dict(share=40), bare=dict(share=30)         | nothing
          'dsl', 'two', ours=dict(share=39.6), bare=dict(share=30)       | share 39.6 %
          'dsl', 'start', ours=dict(ready_s=3)                           | nothing
          'dsl', 'start', ours=dict(ready_s=3.1)                         | direct after 3.1 s
          """)
  void namesWhatOursIsBehindIn(String figures, String expected) throws Exception {
    assertEquals(expected == null ? "" : expected, python("behind(" + figures + ")"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      nullValues = "nothing",
      textBlock =
          """
          marked=1         | nothing
          rate=43.0        | 0.96 x reference
          retransmits=1    | retransmissions
          drops=1          | drops
          drops_back=1     | drops
          **{'call.loss': 0.2}  | call
          """)
  void allowsNoLossWhereTheLinkMarks(String ours, String expected) throws Exception {
    assertEquals(expected == null ? "" : expected, python("calm(" + ours + ")"));
  }

  @Test
  void reportsDropsBesideUdpWhereTheLinkMarks() throws Exception {
    assertEquals("loss, drops", python("behind('ecn', 'udp', ours=dict(drops=2))"));
    assertEquals(
        "drops", python("behind('ecn', 'udpr', bare=dict(loss=0), ours=dict(loss=0, drops=2))"));
  }

  @Test
  void tablesShowMarksAndDropsOfLinksThatMark() throws Exception {
    String table =
        python(
            """
            ours = dict(marked=468, drops=2, drops_back=1)
            print(wanreport.markdown(figures('ecn', 'tcp1', bare=dict(marked=524), ours=ours), []))
            print(wanreport.markdown(figures('dsl', 'tcp1', bare=dict(marked=524)), []))
            """);

    assertTrue(
        table.contains(
            """
            | ecn | 45.0, 100, 20.0 | 45.0, 100, 20.0 | 45.0, 100, 20.0 | retransmissions, call, drops |
            | - marked, dropped | 524, 0 | 0, 0 | 468, 3 |  |
            """),
        table);
    assertEquals(2, table.split("marked").length, table);
  }

  @Test
  void tablesShowWhenTheDirectPathWasFound() throws Exception {
    String tables =
        python(
            """
            print(wanreport.markdown(figures('dsl', 'startr', ours=dict(ready_s=1.25)), []))
            print(wanreport.plain(figures('dsl', 'startr', ours=dict(ready_s=1.25))))
            """);

    assertTrue(tables.contains("TCP up in the first 3 s"), tables);
    assertTrue(tables.contains("| 45.0, 100, 20.0 | 45.0, 100, 20.0, 1.25 |  |"), tables);
    assertEquals(3, tables.split("s\\s+until\\s+the\\s+direct\\s+path").length, tables);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      nullValues = "nothing",
      textBlock =
          """
          dsl | rate=32.5         | nothing
          dsl | rate=32.4         | expected at least 32.5 Mbit/s, found 32.4
          ecn | rate=30, marked=1 | nothing
          dsl | retransmits=600   | nothing
          dsl | retransmits=601   | expected at most 600 segments retransmitted, found 601
          dsl | ping=61           | expected a ping of at most 60 ms beside it, found 61.0 ms
          ecn | marked=0          | expected marks and no drop of the link, found 0 and 0
          ecn | marked=9, drops=1 | expected marks and no drop of the link, found 9 and 1
          """)
  void smokeFindsFaults(String link, String ours, String expected) throws Exception {
    String found =
        python(
            """
            faults = wanreport.faults(figures('%1$s', 'tcp1', ours=dict(%2$s)), ['%1$s'])
            print([fault for fault in faults if ', udp, ' not in fault])
            """
                .formatted(link, ours));

    assertEquals(expected == null ? "[]" : "['" + link + ", tcp1, ours: " + expected + "']", found);
  }

  private static String python(String program) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("python3", "-B", "-c", FIGURES + program)
            .directory(TREE.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python3 does not end");
    assertEquals(0, process.exitValue(), output);
    return output.strip();
  }
}
