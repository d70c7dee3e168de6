#!/usr/bin/python
# SPDX-License-Identifier: Apache-2.0
from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
module: backhaul_member
short_description: Authorizes a member of a network at its controller
options:
  url:
    description: The controller's API, for instance http://127.0.0.1:9993.
    type: str
    required: true
  token:
    description: Content of the controller's authtoken.secret.
    type: str
    required: true
  network:
    description: The network's id. A network of another controller is skipped.
    type: str
    required: true
  address:
    description: The member's address; empty in check mode before its first start.
    type: str
    required: true
  authorized:
    type: bool
    default: true
  name:
    description: The member's name at the controller.
    type: str
"""

EXAMPLES = r"""
- backhaul_member:
    url: http://127.0.0.1:9993
    token: "{{ token }}"
    network: "f4c9e4265b123456"
    address: "461caecd4a"
"""

from ansible.module_utils.backhaul import Api, ApiError, network_id, node_address  # noqa: E402
from ansible.module_utils.basic import AnsibleModule  # noqa: E402


def main():
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "token": {"type": "str", "required": True, "no_log": True},
            "network": {"type": "str", "required": True},
            "address": {"type": "str", "required": True},
            "authorized": {"type": "bool", "default": True},
            "name": {"type": "str"},
        },
        supports_check_mode=True)
    try:
        address = module.params["address"] and node_address(module.params["address"])
        reconcile(module, network_id(module.params["network"]), address)
    except (ApiError, ValueError) as error:
        module.fail_json(msg=str(error))


def reconcile(module, network, address):
    """Brings the controller's record of the member to what is wanted, unless in check mode, and ends the module."""
    api = Api(module.params["url"], module.params["token"])
    controller = api.request("/status")["address"]
    if not network.startswith(controller):
        module.exit_json(changed=False, skipped=True, msg="%s is not a network of the controller %s" % (network, controller))
    if not address:
        if module.check_mode:
            module.exit_json(changed=True, msg="the host has no identity yet")
        module.fail_json(msg="the host has no identity: is the service started?")
    if api.request("/controller/network/" + network) is None:
        module.fail_json(msg="the controller %s has no network %s" % (controller, network))
    path = "/controller/network/%s/member/%s" % (network, address)
    found = api.request(path) or {}
    wanted = {"authorized": module.params["authorized"]}
    if module.params["name"] is not None:
        wanted["name"] = module.params["name"]
    changes = {key: value for key, value in wanted.items() if found.get(key) != value}
    if changes and not module.check_mode:
        api.request(path, changes)
    module.exit_json(changed=bool(changes), diff={"before": {key: found.get(key) for key in changes}, "after": changes})


if __name__ == "__main__":
    main()
