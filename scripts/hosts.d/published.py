# SPDX-License-Identifier: Apache-2.0
"""Files that hosts fetch by HTTP: signed repositories of packages, and single files."""
import functools
import http.server
import os
import threading

from failure import sh
from hosts import GATEWAY

KEY = "packages@example.org"
PORT = 8080  # of repositories, which contain their address


def make_key(bench):
    """Makes a key of gpg for this run, which signs repositories; the directory of the run holds it."""
    home = bench.directory / "gnupg"
    if home.exists():
        return
    home.mkdir(mode=0o700)
    os.environ["GNUPGHOME"] = str(home)
    sh("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", f"Packages <{KEY}>", "rsa3072", "sign", "never")


def publish(bench, directory, *packages):
    """Publishes packages in a repository, a directory."""
    return sh(bench.tree / "scripts/package", "repository", directory, "--key", KEY, "--address", f"http://{GATEWAY}:{PORT}",
              *packages, timeout=120)


def serve(directory, port=0):
    """Serves a directory to the hosts by HTTP until shutdown() of the result; its server_port is the port."""
    handler = functools.partial(_Handler, directory=directory)
    server = http.server.ThreadingHTTPServer((GATEWAY, port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words):
        pass
