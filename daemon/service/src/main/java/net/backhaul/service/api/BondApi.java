// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;

/** Answers requests about bonds as a node without bonds does (04 section 4.4). */
public final class BondApi implements Resource {
  private static final Pattern MTU =
      Pattern.compile("/bond/setmtu/[0-9]{1,6}/[A-Za-z0-9_]{1,16}/[0-9a-fA-F.:]{1,39}");

  @Override
  public CompletableFuture<Response> answer(Request request) {
    String path = request.path();
    boolean get = request.method() == Request.Method.GET;
    boolean post = request.method() == Request.Method.POST;
    Response answer = Response.NOT_FOUND;
    if ((get && PathIds.below("/bond/show", path, Addresses.DIGITS) != null)
        || (post && PathIds.below("/bond/rotate", path, Addresses.DIGITS) != null)) {
      answer = Response.json(400, "{}");
    } else if (post && MTU.matcher(path).matches()) {
      answer = Response.json(400, "Bonding layer isn't active yet");
    }
    return CompletableFuture.completedFuture(answer);
  }
}
