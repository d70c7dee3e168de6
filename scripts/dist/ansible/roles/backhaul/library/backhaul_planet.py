#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: backhaul_planet
short_description: Selects the roots of a node
description:
  - A planet with the same id and a later time, which a root has sent, stays.
options:
  source:
    description: A planet file on this host, or "public" for ZeroTier's roots, which the daemon has built in.
    type: str
    required: true
  home:
    description: The home directory of the daemon.
    type: path
    default: /var/lib/zerotier-one
"""

EXAMPLES = r"""
- backhaul_planet:
    source: /root/planet
"""

import os  # noqa: E402
import struct  # noqa: E402
import tempfile  # noqa: E402

from ansible.module_utils.backhaul import read_own  # noqa: E402
from ansible.module_utils.basic import AnsibleModule  # noqa: E402

# A planet file begins with its type (1), an id and a time, 8 bytes each, in network order.
HEADER = struct.Struct(">BQQ")
PLANET = 1
PUBLIC_ID = 149604618


def planet_of(path):
    """Returns id and time of a planet file, or None if the file does not exist or is none; a link is none."""
    try:
        header = read_own(path)[:HEADER.size]
    except (IOError, OSError):
        return None
    if len(header) < HEADER.size:
        return None
    kind, world, time = HEADER.unpack(header)
    return (world, time) if kind == PLANET else None


def replace(target, content):
    """Replaces a file of the directory's owner, who may have put links there: the new file has a name of its own."""
    directory = os.path.dirname(target)
    owner = os.stat(directory)
    descriptor, name = tempfile.mkstemp(prefix="planet.", dir=directory)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        os.rename(name, target)
    except BaseException:
        os.unlink(name)
        raise


def text(planet):
    return "%016x, time %d\n" % planet if planet else "public\n"


def main():
    module = AnsibleModule(
        argument_spec={
            "source": {"type": "str", "required": True},
            "home": {"type": "path", "default": "/var/lib/zerotier-one"},
        },
        supports_check_mode=True)
    source = module.params["source"]
    target = os.path.join(module.params["home"], "planet")
    found = planet_of(target)
    if source == "public":
        changed = os.path.lexists(target) and (found is None or found[0] != PUBLIC_ID)
        if changed and not module.check_mode:
            os.remove(target)
        module.exit_json(changed=changed, diff={"before": text(found), "after": text(None if changed else found)})
    wanted = planet_of(os.path.realpath(source))
    if wanted is None:
        if module.check_mode and not os.path.exists(source):  # not copied in check mode
            module.exit_json(changed=found is None, diff={"before": text(found), "after": "a planet of its own\n"})
        module.fail_json(msg="%s is no planet file; zerotier-idtool genplanet creates one" % source)
    changed = found is None or found[0] != wanted[0] or found[1] < wanted[1]
    if changed and not module.check_mode:
        with open(source, "rb") as file:
            replace(target, file.read())
    module.exit_json(changed=changed, diff={"before": text(found), "after": text(wanted if changed else found)})


if __name__ == "__main__":
    main()
