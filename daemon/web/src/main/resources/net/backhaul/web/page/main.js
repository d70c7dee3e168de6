// SPDX-License-Identifier: Apache-2.0
// The shell around the views.
import { html, render, useEffect, useState } from 'base/lib.js';
import { api, loadSession, logOut } from 'base/api.js';
import { connect, disconnect, live } from 'base/events.js';
import { setServerClock } from 'base/format.js';
import { Link, match, mayLeave, navigate, useLocation } from 'base/router.js';
import { may, mayAnywhere, useSession } from 'base/session.js';
import { createStore, useStore } from 'base/store.js';
import { t } from 'base/strings.js';
import { Notices, attempt } from 'parts/notices.js';
import { Button } from 'parts/ui.js';
import { About } from 'views/about.js';
import { Account } from 'views/account.js';
import { Bin } from 'views/bin.js';
import { Join } from 'views/join.js';
import { Log } from 'views/log.js';
import { LogIn } from 'views/login.js';
import { Members } from 'views/members.js';
import { Networks } from 'views/networks.js';
import { Rules } from 'views/rules.js';
import { Settings } from 'views/settings.js';
import { SetUp } from 'views/setup.js';
import { Tokens } from 'views/tokens.js';
import { Users } from 'views/users.js';

/** The views of a logged-in user: one module each, and one path each, which PageApi lists, too. */
const VIEWS = [
  ['/', Networks],
  ['/log', Log],
  ['/users', Users],
  ['/account', Account],
  ['/about', About],
  ['/networks/:network', Members],
  ['/networks/:network/bin', Bin],
  ['/networks/:network/join', Join],
  ['/networks/:network/tokens', Tokens],
  ['/networks/:network/rules', Rules],
  ['/networks/:network/settings', Settings],
];

/** The version and the address of the controller. */
export const status = createStore(null);

function view(path) {
  for (const [pattern, Component] of VIEWS) {
    const parts = match(pattern, path);
    if (parts) return html`<${Component} key=${path} status=${status.get()} ...${parts} />`;
  }
  return html`<main class="narrow"><h1>${t('missing.title')}</h1><${Link} href="/">${t('networks.title')}<//></main>`;
}

function TopBar({ user }) {
  const isLive = useStore(live);
  return html`<header class="top">
    <a class="skip" href="#content">${t('skip')}</a>
    <${Link} href="/" class="brand"><span class="mark" aria-hidden="true"></span>Backhaul<//>
    ${mayAnywhere() && html`<span class=${isLive ? 'live on' : 'live'} title=${t(isLive ? 'live.on' : 'live.off')}>
      <span class="dot" aria-hidden="true"></span>${t(isLive ? 'live.short' : 'live.lost')}</span>`}
    ${mayAnywhere() && html`<${Link} href="/log">${t('log.title')}<//>`}
    ${may('admin') && html`<${Link} href="/users">${t('users.title')}<//>`}
    <${Link} href="/about">${t('about.title')}<//>
    <${Link} href="/account" class="who" title=${t('account.title')}>${user.name}<//>
    <${Button} kind="plain" onClick=${() => mayLeave() && attempt(logOut)}>${t('logout')}<//>
  </header>`;
}

function Page() {
  const { path } = useLocation();
  const session = useSession();
  const [failure, setFailure] = useState('');
  const [known, setKnown] = useState(false);
  const userId = session?.user.id;
  useEffect(() => {
    loadSession().catch(problem => setFailure(problem.message));
  }, []);
  useEffect(() => {
    if (userId === undefined) return undefined;
    if (mayAnywhere()) connect();
    api.get('/status').then(
      found => {
        setServerClock(found.clockMs);
        status.set(found);
        setKnown(true);
      },
      problem => setFailure(problem.message),
    );
    return disconnect;
  }, [userId]);
  if (path === '/setup') return html`<${SetUp} /><${Notices} />`;
  if (failure) {
    return html`<main class="narrow"><div role="alert"><h1 class="error">${failure}</h1></div>
      <${Button} onClick=${() => location.reload()}>${t('retry')}<//></main>`;
  }
  if (session === undefined) return html`<main class="narrow" aria-busy="true"></main>`;
  if (session === null) return html`<${LogIn} /><${Notices} />`;
  if (!known) return html`<${TopBar} user=${session.user} /><main aria-busy="true"></main>`;
  return html`<${TopBar} user=${session.user} /><div id="content" tabindex="-1">${view(path)}</div><${Notices} />`;
}

if (location.pathname !== '/' && location.pathname.endsWith('/')) {
  navigate(location.pathname.replace(/\/+$/, '') || '/', { replace: true });
}
render(html`<${Page} />`, document.getElementById('page'));
