/**
 * Schemes that no redirect may lead to. RFC 8252 section 7.1 wants a reversed domain name for a private-use scheme, which real clients
 * do not have (`cursor:`, `vscode:`): so those are named that belong to the browser or the operating system, and not to an app. A
 * refused request is redirected without anybody signed in, and would start what handles them.
 */
const refused = new Set([
  // A browser runs or shows these instead of going somewhere, or has pages of its own there.
  ...['javascript', 'data', 'vbscript', 'livescript', 'mocha', 'file', 'filesystem', 'blob', 'about', 'view-source'],
  ...['chrome', 'chrome-untrusted', 'chrome-error', 'chrome-search', 'devtools', 'edge', 'brave', 'opera', 'vivaldi'],
  ...['resource', 'jar', 'wyciwyg', 'moz-icon', 'res', 'mk', 'mhtml', 'its', 'jnlp', 'jnlps', 'read'],
  // Start another browser with an address.
  ...['microsoft-edge', 'microsoft-edge-holographic', 'googlechrome', 'googlechromes', 'firefox', 'firefox-private'],
  // Windows, beside all that begin with `ms-`.
  ...['search', 'search-ms', 'shell', 'hcp', 'windowsdefender', 'bingmaps', 'mapi', 'onenote', 'ldap', 'ldaps'],
  // Apple's, beside all that begin with `x-apple`.
  ...['facetime', 'facetime-audio', 'itms', 'itmss', 'itms-apps', 'itms-appss', 'itms-services', 'macappstore'],
  ...['macappstores', 'applescript', 'help', 'x-help-script', 'x-man-page', 'prefs', 'app-prefs', 'shortcuts', 'maps'],
  // Android's, and those of desktops with packages.
  ...[
    'intent',
    'android-app',
    'content',
    'market',
    'package',
    'geo',
    'apt',
    'appstream',
    'snap',
    'man',
    'info',
    'ghelp',
  ],
  // A message, a call, a subscription.
  ...[
    'mailto',
    'tel',
    'telprompt',
    'callto',
    'sip',
    'sips',
    'sms',
    'smsto',
    'mms',
    'mmsto',
    'im',
    'xmpp',
    'irc',
    'ircs',
  ],
  ...['news', 'nntp', 'snews', 'webcal', 'webcals', 'feed'],
  // Other hosts: shares, terminals, screens, and what else is not HTTP.
  ...['ftp', 'ftps', 'sftp', 'tftp', 'scp', 'ssh', 'telnet', 'tn3270', 'rlogin', 'rsync', 'smb', 'cifs', 'afp', 'nfs'],
  ...['dav', 'davs', 'webdav', 'webdavs', 'vnc', 'rdp', 'spice', 'ws', 'wss', 'gopher', 'wais', 'git', 'svn', 'magnet'],
])
const refusedBeginnings = ['ms-', 'x-apple', 'svn+', 'git+']

/** `protocol` as `URL` gives it: lower case, with its colon. */
export function isRefusedScheme(protocol: string): boolean {
  const scheme = protocol.slice(0, -1)
  return refused.has(scheme) || refusedBeginnings.some((beginning) => scheme.startsWith(beginning))
}
