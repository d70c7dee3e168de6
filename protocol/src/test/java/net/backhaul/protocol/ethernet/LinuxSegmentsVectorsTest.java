// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Super-frames are segmented as Linux does for a device without offloads. */
class LinuxSegmentsVectorsTest {
  private static final int ETHERNET_BYTES = 14;
  private static final int ANY_SIZE = 65_535;

  private record Recorded(String name, String superFrame, List<String> packets) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Recorded> recorded() {
    String text = Vectors.textFile("ethernet/linux-segments.txt");
    return Arrays.stream(text.split("\n\n")).skip(1).map(LinuxSegmentsVectorsTest::read);
  }

  private static Recorded read(String paragraph) {
    List<String> lines = paragraph.lines().toList();
    return new Recorded(
        lines.get(0).substring(2),
        lines.get(1).substring("in ".length()),
        lines.stream().skip(2).map(line -> line.substring("out ".length())).toList());
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void segmentsAsLinuxDoes(Recorded recorded) {
    byte[] bytes = HexFormat.of().parseHex(recorded.superFrame);
    var offload = new OffloadHeader();
    offload.read(bytes, 0);
    int start = OffloadHeader.BYTES;
    var segmenter = new Segmenter();
    byte[] out = new byte[ANY_SIZE];

    segmenter.begin(offload, bytes, start, bytes.length - start, ANY_SIZE);

    assertEquals(recorded.packets.size(), segmenter.count());
    for (String expected : recorded.packets) {
      int length = segmenter.next(out, ETHERNET_BYTES);
      System.arraycopy(bytes, start, out, 0, ETHERNET_BYTES);
      assertEquals(expected, HexFormat.of().formatHex(out, 0, ETHERNET_BYTES + length));
    }
  }
}
