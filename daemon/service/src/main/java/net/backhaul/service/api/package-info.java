// SPDX-License-Identifier: Apache-2.0
/** The resources of the local API and of the controller API (04 sections 4 and 5). */
@NullMarked
package net.backhaul.service.api;

import org.jspecify.annotations.NullMarked;
