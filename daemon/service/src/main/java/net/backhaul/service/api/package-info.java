// SPDX-License-Identifier: Apache-2.0
/**
 * Has one class for each resource of the local API and of the controller's (04 sections 4 and 5).
 */
@NullMarked
package net.backhaul.service.api;

import org.jspecify.annotations.NullMarked;
