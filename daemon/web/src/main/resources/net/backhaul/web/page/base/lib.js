// SPDX-License-Identifier: Apache-2.0
// The libraries, under the names that all modules use.
import { h } from 'preact';
import htm from 'htm';

export { h, render, Fragment } from 'preact';
export { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback, useId } from 'preact/hooks';

export const html = htm.bind(h);
