// SPDX-License-Identifier: Apache-2.0
// Requests to the API of the controller.
import { loseSession, session } from 'base/session.js';
import { t } from 'base/strings.js';

/** Why a request failed: status, code, detail for a person, and errors by field. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || t('problem.status', { status }));
    this.status = status;
    this.code = String(body.type || '').split(':').pop();
    this.fields = {};
    for (const each of body.errors || []) this.fields[each.field] = each.detail;
  }
}

async function send(method, path, body, revision, mayRetry = true) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (revision !== undefined) headers['If-Match'] = `"${revision}"`;
  const token = session.get()?.csrfToken;
  if (token && method !== 'GET') headers['X-CSRF-Token'] = token;
  let response;
  try {
    response = await fetch('/api/v1' + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { type: 'offline', detail: t('problem.offline') });
  }
  if (response.ok && response.headers.get('Content-Type') === 'application/octet-stream') {
    return { blob: await response.blob(), name: /"(.+)"/.exec(response.headers.get('Content-Disposition'))[1] };
  }
  const text = await response.text();
  if (response.ok && response.headers.get('Content-Type')?.startsWith('text/csv')) {
    return { text, next: response.headers.get('Next') };
  }
  let value = null;
  try {
    value = text ? JSON.parse(text) : null;
  } catch {
    // A proxy's page, for instance; the status says enough.
  }
  if (response.ok) return value;
  const problem = new Problem(response.status, value || {});
  if (response.status === 401 && path !== '/session') loseSession(true);
  if (problem.code === 'csrf-token' && mayRetry) {
    // Another tab has logged in anew.
    await loadSession();
    return send(method, path, body, revision, false);
  }
  throw problem;
}

export const api = {
  get: path => send('GET', path),
  post: (path, body, revision) => send('POST', path, body, revision),
  patch: (path, body, revision) => send('PATCH', path, body, revision),
  delete: (path, revision) => send('DELETE', path, undefined, revision),
};

/** Reads the session that the cookie names. */
export async function loadSession() {
  try {
    session.set(await api.get('/session'));
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    loseSession(true);
  }
}

export async function logIn(name, password, code) {
  const credentials = { name, password };
  if (code) credentials.code = code;
  session.set(await api.post('/session', credentials));
}

export async function logOut() {
  try {
    await api.delete('/session');
  } finally {
    loseSession(false);
  }
}
