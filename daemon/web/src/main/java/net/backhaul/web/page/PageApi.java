// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.backhaul.web.access.Access;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.SecurityHeaders;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/**
 * The page: one document for the URLs of all views, whose modules read the URL, and its files.
 * Public: they are the same for all users, and all data come from the API.
 */
public final class PageApi {
  /** The URLs of the views. */
  static final List<String> VIEWS =
      List.of(
          "/",
          "/setup",
          "/log",
          "/users",
          "/account",
          "/about",
          "/networks/{network}",
          "/networks/{network}/join",
          "/networks/{network}/bin",
          "/networks/{network}/tokens",
          "/networks/{network}/rules",
          "/networks/{network}/settings");

  private static final String ONE_FILE = PageFiles.ASSETS + "{" + RouteIds.ASSET + "}";
  private static final String FOREVER = "public, max-age=31536000, immutable";
  private static final String REVALIDATE = "no-cache";

  private @Nullable PageFiles files;

  /** Returns the routes. */
  public List<WebRoute> routes() {
    var routes = new ArrayList<WebRoute>();
    for (String view : VIEWS) {
      routes.add(new WebRoute(WebMethod.GET, view, Access.PUBLIC, this::document));
    }
    routes.add(new WebRoute(WebMethod.GET, ONE_FILE, Access.PUBLIC, this::file));
    return routes;
  }

  /** Reads the files at the first request, so that a page that nobody opens costs nothing. */
  private PageFiles files() {
    PageFiles read = files;
    if (read == null) {
      read = new PageFiles();
      files = read;
    }
    return read;
  }

  private CompletableFuture<WebResponse> document(AuthorizedRequest exchange) {
    PageFiles all = files();
    return CompletableFuture.completedFuture(
        all.document()
            .response(exchange.request(), REVALIDATE)
            .with(
                SecurityHeaders.CONTENT_SECURITY_POLICY,
                SecurityHeaders.withScript(all.importMapHash())));
  }

  private CompletableFuture<WebResponse> file(AuthorizedRequest exchange) {
    PageAsset asset = files().find(exchange.ids().get(RouteIds.ASSET));
    if (asset == null) {
      throw RequestProblem.notFound("such file; load the page again");
    }
    return CompletableFuture.completedFuture(asset.response(exchange.request(), FOREVER));
  }
}
