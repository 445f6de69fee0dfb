/** What `compose.yml` reads from `.env` and the program does not. */
export interface ComposeVariable {
  readonly meaning: string
  readonly value: string
  /** Written without a comment sign: copying the template is all that is needed. */
  readonly set?: true
}

export const composeVariables: Readonly<Record<string, ComposeVariable>> = {
  COMPOSE_PROFILES: {
    meaning:
      'Which services start: full, and with commas auth, traefik, cloudflared. A --profile on the command line goes before it.',
    value: 'full',
    set: true,
  },
  SOUVENIR_IMAGE: {
    meaning: 'The image; built from this folder where there is none of that name.',
    value: 'souvenir:latest',
  },
  MEMORY_LIMIT: {
    meaning: 'How much memory each process of the product may take; 1g with multilingual-e5-small in the process.',
    value: '512m',
  },
  OIDC_HOST: { meaning: 'The host name of OIDC_BASE_URL, for Traefik.', value: 'oidc.localhost' },
  API_HOST: {
    meaning: 'The host name of API_BASE_URL, for Traefik. May be the same as OIDC_HOST.',
    value: 'mcp.localhost',
  },
  UI_HOST: {
    meaning: 'The host name of UI_BASE_URL, for Traefik. May be the same as API_HOST.',
    value: 'memory.localhost',
  },
  ACTIONS_HOST: { meaning: 'The host name of ACTIONS_BASE_URL, for Traefik.', value: 'actions.localhost' },
  ACME_EMAIL: { meaning: "The address that Let's Encrypt may write to; empty for none.", value: '' },
}
