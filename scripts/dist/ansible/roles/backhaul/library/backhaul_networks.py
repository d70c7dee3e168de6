#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: backhaul_networks
short_description: Joins the listed networks, sets what they may configure, and leaves others
options:
  networks:
    description: >
      Networks of this host; each has an id and optionally the permissions that are to be set: allow_managed,
      allow_global, allow_dns (true, false, or a list of prefixes to which the permission is restricted) and
      allow_default (true or false).
    type: list
    elements: dict
    required: true
  exclusive:
    description: Leave networks that are not listed.
    type: bool
    default: true
  home:
    description: The home directory of the daemon.
    type: path
    default: /var/lib/zerotier-one
"""

EXAMPLES = r"""
- backhaul_networks:
    networks:
      - id: "f4c9e4265b123456"
        allow_default: true
        allow_managed: [10.0.0.0/8, "fd00::/8"]
"""

from ansible.module_utils.backhaul import ApiError, local_api, network_id, prefix  # noqa: E402
from ansible.module_utils.basic import AnsibleModule  # noqa: E402
from ansible.module_utils.parsing.convert_bool import boolean  # noqa: E402

SETTINGS = {"allow_managed": "allowManaged", "allow_global": "allowGlobal", "allow_default": "allowDefault",
            "allow_dns": "allowDNS"}
# The daemon accepts no more in a list.
MAX_PREFIXES = 64


def permission(name, value):
    """Returns True, False or a sorted list of prefixes; raises ValueError."""
    if isinstance(value, (list, tuple)) and name != "allow_default":
        if not value or len(value) > MAX_PREFIXES:
            raise ValueError("%s: expected 1 to %d prefixes, found %d; false denies all, true permits all" % (name, MAX_PREFIXES, len(value)))
        try:
            return sorted(set(prefix(each) for each in value))
        except ValueError as error:
            raise ValueError("%s: %s" % (name, error))
    try:
        return boolean(value)
    except TypeError:
        expected = "true or false" if name == "allow_default" else "true, false or a list of prefixes"
        raise ValueError("%s: expected %s, found %r" % (name, expected, value))


def found_permission(network, key):
    """Returns a permission of the daemon's network in the form of permission()."""
    within = network.get(key + "Within")
    if network.get(key) and within:
        return sorted(prefix(each) for each in within)
    return bool(network.get(key))


def request_body(settings, network):
    """Returns the body that sets permissions. True keeps the list of a network, and an empty list removes it."""
    return {key: [] if value is True and network.get(key + "Within") else value for key, value in settings.items()}


def wanted_networks(networks):
    """Returns the permissions to be set by network id."""
    wanted = {}
    for network in networks:
        nwid = network_id(network["id"])
        wanted[nwid] = {key: permission(name, network[name]) for name, key in SETTINGS.items() if network.get(name) is not None}
    return wanted


def main():
    permissions = {name: {"type": "raw"} for name in SETTINGS}
    module = AnsibleModule(
        argument_spec={
            "networks": {"type": "list", "elements": "dict", "required": True,
                         "options": dict(permissions, id={"type": "str", "required": True})},
            "exclusive": {"type": "bool", "default": True},
            "home": {"type": "path", "default": "/var/lib/zerotier-one"},
        },
        supports_check_mode=True)
    try:
        wanted = wanted_networks(module.params["networks"])
    except ValueError as error:
        module.fail_json(msg=str(error))
    api = local_api(module.params["home"], wait_s=0 if module.check_mode else 20)
    if api is None:
        if module.check_mode:  # before the installation
            module.exit_json(changed=bool(wanted), joined=sorted(wanted), left=[], set=[])
        module.fail_json(msg="the daemon of %s does not answer: is the service started?" % module.params["home"])
    try:
        reconcile(module, api, wanted)
    except ApiError as error:
        module.fail_json(msg=str(error))


def reconcile(module, api, wanted):
    """Brings the daemon's networks to what is wanted, unless in check mode, and ends the module."""
    found = {network["id"]: network for network in api.request("/network")}
    joined = sorted(set(wanted) - set(found))
    left = sorted(set(found) - set(wanted)) if module.params["exclusive"] else []
    changes = {nwid: {key: value for key, value in settings.items() if found_permission(found[nwid], key) != value}
               for nwid, settings in wanted.items() if nwid in found}
    changes = {nwid: settings for nwid, settings in changes.items() if settings}
    if not module.check_mode:
        for nwid in joined:
            api.request("/network/" + nwid, wanted[nwid])
        for nwid, settings in changes.items():
            api.request("/network/" + nwid, request_body(settings, found[nwid]))
        for nwid in left:
            api.request("/network/" + nwid, method="DELETE")

    def text(value):
        return ",".join(value) if isinstance(value, list) else str(value).lower()

    def listing(networks):
        return "".join("%s %s\n" % (nwid, " ".join("%s=%s" % (key, text(value)) for key, value in sorted(settings.items())))
                       for nwid, settings in sorted(networks.items()))
    before = {nwid: {key: found_permission(network, key) for key in SETTINGS.values() if key in wanted.get(nwid, {})}
              for nwid, network in found.items()}
    after = dict(before, **wanted)
    for nwid in left:
        del after[nwid]
    module.exit_json(changed=bool(joined or left or changes), joined=joined, left=left, set=sorted(changes),
                     diff={"before": listing(before), "after": listing(after)})


if __name__ == "__main__":
    main()
