// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.Ecn;
import org.junit.jupiter.api.Test;

/** Endpoints from which a mark says nothing (02 section 1.9). */
class BlindMarksTest {
  private final BlindMarks marks = new BlindMarks();
  private final InboundPacket packet = new InboundPacket((to, message) -> {});

  @Test
  void ignoresMarkOfEndpointWhoseOkHasOne() {
    receive(1, Verb.OK, true);

    assertEquals(Ecn.NOT_ECT, marks.meaningful(Ecn.CE, endpoint(1)));
    assertEquals(Ecn.ECT_0, marks.meaningful(Ecn.ECT_0, endpoint(1)));
    assertEquals(Ecn.CE, marks.meaningful(Ecn.CE, endpoint(2)));

    receive(1, Verb.HELLO, false);
    assertEquals(Ecn.CE, marks.meaningful(Ecn.CE, endpoint(1)));
  }

  @Test
  void keepsMarksOfEndpointWhoseFramesHaveThem() {
    receive(1, Verb.FRAME, true);
    assertEquals(Ecn.CE, marks.meaningful(Ecn.CE, endpoint(1)));

    receive(1, Verb.HELLO, true);
    receive(1, Verb.FRAME, false);
    assertEquals(Ecn.NOT_ECT, marks.meaningful(Ecn.CE, endpoint(1)));
  }

  @Test
  void evictsFirstEndpointAtLimit() {
    for (int port = 1; port <= BlindMarks.MAX_ENDPOINTS + 1; port++) {
      receive(port, Verb.OK, true);
    }

    assertEquals(BlindMarks.MAX_ENDPOINTS, marks.size());
    assertEquals(Ecn.CE, marks.meaningful(Ecn.CE, endpoint(1)));
    assertEquals(Ecn.NOT_ECT, marks.meaningful(Ecn.CE, endpoint(2)));
  }

  private void receive(int port, Verb verb, boolean marked) {
    marks.received(packet.arrived(0, endpoint(port), 0, 0).cameWithMark(marked), verb);
  }

  private static InetSocketAddress endpoint(int port) {
    return new InetSocketAddress("192.0.2.1", port);
  }
}
