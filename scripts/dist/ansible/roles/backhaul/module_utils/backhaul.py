# SPDX-License-Identifier: Apache-2.0
"""Requests to the API of a daemon or a controller, shared by the role's modules."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import ipaddress
import json
import os
import re
import stat
import time
import urllib.error
import urllib.request

TIMEOUT_S = 10
# A daemon that has just been started answers within this time.
START_S = 20

NETWORK_ID = re.compile(r"[0-9a-f]{16}\Z")
ADDRESS = re.compile(r"[0-9a-f]{10}\Z")
# Larger than any file that is read here.
MAX_BYTES = 65536


class ApiError(Exception):
    """A request failed; the text says which one and why."""


class Api(object):
    """The API at a URL, opened by a token."""

    def __init__(self, url, token):
        self._url = url.rstrip("/")
        self._token = token
        # A proxy of the environment is not for loopback.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def request(self, path, body=None, method=None):
        """Returns the parsed answer, or None for 404. A body makes it a POST."""
        data = None if body is None else json.dumps(body).encode("utf-8")
        request = urllib.request.Request(self._url + path, data=data, headers={"X-ZT1-Auth": self._token})
        request.get_method = lambda: method or ("GET" if data is None else "POST")
        try:
            answer = self._opener.open(request, timeout=TIMEOUT_S)
            try:
                text = answer.read().decode("utf-8")
            finally:
                answer.close()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            hint = ": is the token that of its authtoken.secret?" if error.code == 401 else ""
            raise ApiError("%s%s answered %d%s" % (self._url, path, error.code, hint))
        except (urllib.error.URLError, OSError) as error:
            raise ApiError("%s%s: %s" % (self._url, path, getattr(error, "reason", error)))
        try:
            return json.loads(text) if text else {}
        except ValueError:
            raise ApiError("%s%s answered no JSON: %.200s" % (self._url, path, text))


def read_own(path):
    """Returns the bytes of a file of the home directory; raises OSError if it is a link or no regular file.

    The user of the service may put links there, to files that only root may read, and pipes that block.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("%s is not a regular file" % path)
        return file.read(MAX_BYTES)


def local_api(home, wait_s=START_S):
    """Returns the API of the daemon of a home directory, or None if none answers within a time."""
    end = time.time() + wait_s
    while True:
        try:
            port = int(read_own(os.path.join(home, "zerotier-one.port")))
            token = read_own(os.path.join(home, "authtoken.secret")).decode("ascii").strip()
            api = Api("http://127.0.0.1:%d" % port, token)
            api.request("/status")
            return api
        except (IOError, OSError, ValueError, ApiError):
            if time.time() >= end:
                return None
            time.sleep(0.1)


def network_id(value):
    """Returns a network id in its usual form; raises ValueError if it is none."""
    text = str(value).strip().lower()
    if not NETWORK_ID.match(text):
        raise ValueError("expected a network id of 16 hexadecimal digits in quotes, found %r" % (value,))
    return text


def prefix(value):
    """Returns a prefix, such as 10.0.0.0/8 or a single address, in one form; raises ValueError if it is none.

    As the daemon reads it: host bits are cleared, and 0.0.0.0 and :: without bits stand for their whole family.
    """
    text = str(value).strip()
    address, slash, bits = text.partition("/")
    try:
        if slash and not bits.isdigit():
            raise ValueError
        if not slash and ipaddress.ip_address(address).is_unspecified:
            text = address + "/0"
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise ValueError("expected a prefix such as 10.0.0.0/8 or fd00::/8, found %r" % (value,))


def node_address(value):
    """Returns a node address; raises ValueError if it is none."""
    if not ADDRESS.match(value):
        raise ValueError("expected a node address of 10 hexadecimal digits, found %r" % (value,))
    return value
