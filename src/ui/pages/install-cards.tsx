/** @jsxImportSource preact */
/** How each client is connected, with this deployment's real address. */
import type { ComponentChildren } from 'preact'

export interface InstallCard {
  readonly name: string
  readonly steps: ComponentChildren
  /** What is pasted; it has a button that copies it. */
  readonly code?: string
  /** A link that does it in one click. */
  readonly link?: { readonly href: string; readonly label: string }
  /** Whether the client's servers call, so that the address must be reachable from the internet. */
  readonly fromOutside?: boolean
}

/** The clients in the order most people have them. `apiBaseUrl` is a bare origin. */
function installCards(apiBaseUrl: string): readonly InstallCard[] {
  const url = `${apiBaseUrl}/mcp`
  return [
    {
      name: 'ChatGPT',
      steps:
        'Open Settings, Apps & Connectors. Under Advanced settings turn on developer mode, then create a connector with this address.',
      code: url,
      link: { href: 'https://chatgpt.com/#settings/Connectors', label: 'Open ChatGPT’s connectors' },
      fromOutside: true,
    },
    {
      name: 'Claude',
      steps:
        'Open Settings, Connectors, and add a custom connector with this address. It works in the browser, on the desktop and on the phone.',
      code: url,
      link: { href: 'https://claude.ai/settings/connectors', label: 'Open Claude’s connectors' },
      fromOutside: true,
    },
    {
      name: 'Claude Code',
      steps: (
        <>
          {'Run this in a terminal, then type '}
          <code>/mcp</code>
          {' in Claude Code to sign in.'}
        </>
      ),
      code: `claude mcp add --transport http souvenir ${url}`,
    },
    {
      name: 'Cursor',
      steps: 'One click opens Cursor and asks whether to install. Or add this to mcp.json.',
      code: JSON.stringify({ mcpServers: { souvenir: { url } } }, null, 2),
      link: { href: cursorLink(url), label: 'Add to Cursor' },
    },
    {
      name: 'VS Code',
      steps: 'One click opens VS Code and asks whether to install. Or run this in a terminal.',
      code: `code --add-mcp '${JSON.stringify(vsCodeServer(url))}'`,
      link: {
        href: `vscode:mcp/install?${encodeURIComponent(JSON.stringify(vsCodeServer(url)))}`,
        label: 'Add to VS Code',
      },
    },
    {
      name: 'curl',
      steps: (
        <>
          {'A script uses the REST API with an access token. Every path, and how to get a token, is described at '}
          <a href={`${apiBaseUrl}/docs`}>/docs</a>.
        </>
      ),
      code: [
        `curl ${apiBaseUrl}/api/v1/memories/search \\`,
        '  -H "Authorization: Bearer $TOKEN" \\',
        '  -H "Content-Type: application/json" \\',
        `  -d '{"query": "what is the dog called"}'`,
      ].join('\n'),
    },
  ]
}

const vsCodeServer = (url: string) => ({ name: 'souvenir', type: 'http', url })

/** Cursor's install link: the configuration as base64 JSON. */
const cursorLink = (url: string) =>
  `cursor://anysphere.cursor-deeplink/mcp/install?${new URLSearchParams({
    name: 'souvenir',
    config: Buffer.from(JSON.stringify({ url })).toString('base64'),
  })}`

export const InstallCards = ({ apiBaseUrl }: { apiBaseUrl: string }) => {
  const local = apiBaseUrl.startsWith('http:')
  return (
    <ul class="cards">
      {installCards(apiBaseUrl).map((card, index) => (
        <li key={card.name} class="install">
          <h3>{card.name}</h3>
          <p>{card.steps}</p>
          {card.code === undefined ? null : (
            <div class="copyable">
              <pre>
                <code id={`copy-${index}`}>{card.code}</code>
              </pre>
              <button
                type="button"
                class="quiet-button"
                data-copy={`copy-${index}`}
                aria-label={`Copy for ${card.name}`}
                hidden
              >
                Copy
              </button>
            </div>
          )}
          {card.link === undefined ? null : (
            <a class="button secondary small" href={card.link.href} rel="noopener">
              {card.link.label}
            </a>
          )}
          {card.fromOutside === true && local ? (
            <p class="caution">{`${card.name} calls from the internet: this server needs a public https address first (OIDC_BASE_URL).`}</p>
          ) : null}
        </li>
      ))}
    </ul>
  )
}
