// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import net.backhaul.service.DaemonInTest;
import net.backhaul.service.RawHttp;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays {@code api-bond.json}: the resources of a node with bonds to a peer (04 section 4.4).
 * This daemon has no peers, so requests about an existing bond or link have the answers of a daemon
 * without bonds ({@link PeerJsonTest} compares those with one); every other step is answered as
 * recorded.
 */
class BondRecordingsTest {
  private static final String PEER = "91a99f0719";

  /** Our answers where the recording has a bond. */
  private static final Map<String, String> WITHOUT_BONDING =
      Map.of(
          "GET /bond/show/" + PEER,
          "400 {}",
          "POST /bond/rotate/" + PEER,
          "400 {}",
          "GET /peer/" + PEER,
          "200 {}",
          "POST /bond/setmtu/1400/ws4c/10.44.0.4",
          "400 Bonding layer isn't active yet",
          "POST /bond/setmtu/40/ws4c/10.44.0.4",
          "400 Bonding layer isn't active yet",
          "POST /bond/setmtu/1400/none/10.44.0.4",
          "400 Bonding layer isn't active yet");

  @TempDir Path home;

  @Test
  void answersAsRecordedExceptForBonds() throws Exception {
    int same = 0;
    int different = 0;
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      for (JsonNode step : Vectors.file("service/api-bond.json").required("steps")) {
        JsonNode request = step.required("request");
        JsonNode response = step.required("response");
        String method = Vectors.text(request, "method");
        String target = Vectors.text(request, "target");
        String recorded =
            response.required("status").asInt() + " " + response.path("body").asText();

        RawHttp.Answer answer = daemon.request(method, target, request.path("body").asText());

        String ours = answer.status() + " " + answer.body();
        String label = step.required("state").asText() + ": " + method + " " + target;
        String intended = WITHOUT_BONDING.get(method + " " + target);
        if (intended == null || intended.equals(recorded)) {
          assertEquals(recorded, ours, label);
          same++;
        } else {
          assertEquals(intended, ours, label);
          different++;
        }
      }
    }
    assertEquals(24, same + different);
    assertTrue(same >= 7, "steps answered as recorded: " + same);
  }
}
