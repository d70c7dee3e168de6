// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids of paths become numbers; whatever is none matches nothing. */
class PathTemplateTest {
  private static final String SECRET = "bhj_" + "aZ09-_x".repeat(6) + "q";

  private final PathTemplate member = new PathTemplate("/networks/{network}/members/{member}");
  private final PathTemplate token = new PathTemplate("/tokens/{token}");
  private final PathTemplate join = new PathTemplate("/join/{secret}");

  @Test
  void readsNumbers() {
    RouteIds ids = member.match("/networks/89e92ceee5000001/members/0123456789");

    assertEquals(Map.of("network", 0x89e92ceee5000001L, "member", 0x0123456789L), ids.values());
    assertEquals(999_999_999_999_999L, token.match("/tokens/999999999999999").get("token"));
  }

  @Test
  void keepsASecretOutOfTexts() {
    RouteIds ids = join.match("/join/" + SECRET);

    assertEquals(SECRET, ids.secret());
    assertFalse(ids.toString().contains(SECRET));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/networks/89e92ceee5000001/members/../../x",
        "/networks/89e92ceee5000001/members/..",
        "/networks/89e92ceee5000001/members/%2e%2e",
        "/networks/89e92ceee5000001/members/012345678",
        "/networks/89e92ceee5000001/members/01234567890",
        "/networks/89e92ceee5000001/members/01234'5678",
        "/networks/89e92ceee5000001/members/+123456789",
        "/networks/89e92ceee5000001/members/-123456789",
        "/networks/89e92ceee5000001/members/012345678\u0669",
        "/networks/89e92ceee5000001/members/\uff10123456789",
        "/networks/89e92ceee5000001/members/012345678\u0000",
        "/networks/89e92ceee5000001/members/0123456789/",
        "/networks/89e92ceee5000001//members/0123456789",
        "//networks/89e92ceee5000001/members/0123456789",
        "/networks/1' OR '1'='1/members/0123456789",
        "networks/89e92ceee5000001/members/0123456789",
        "/tokens/",
        "/tokens/-1",
        "/tokens/1.0",
        "/tokens/1e3",
        "/tokens/0x10",
        "/tokens/1000000000000000",
        "/tokens/\u0661",
        "/tokens/1;drop table member",
        "/join/bhj_",
        "/join/bhj_..%2f..%2fetc%2fpasswd",
        "/join/bhj_aZ09-_xaZ09-_xaZ09-_xaZ09-_xaZ09-_xaZ09-_x\n",
        "/join/xhj_aZ09-_xaZ09-_xaZ09-_xaZ09-_xaZ09-_xaZ09-_xq"
      })
  void matchesNothingElse(String path) {
    assertNull(member.match(path));
    assertNull(token.match(path));
    assertNull(join.match(path));
  }

  @Test
  void limitsTheLength() {
    assertNull(token.match("/tokens/" + "0".repeat(PathTemplate.MAX_PATH_CHARS)));
  }
}
