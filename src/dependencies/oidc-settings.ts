import type { Config } from '../config/config.ts'
import type { OidcSettings } from '../oidc/ports.ts'

/** The authorization server's slice of the configuration, with what is fixed beside it. */
export const oidcSettings = (config: Config): OidcSettings => ({
  issuer: config.issuer,
  apiBaseUrl: config.apiBaseUrl,
  uiBaseUrl: config.uiBaseUrl,
  accessTokenTtlSeconds: config.accessTokenTtlSeconds,
  idTokenTtlSeconds: config.accessTokenTtlSeconds,
  refreshTokenTtlSeconds: config.refreshTokenTtlSeconds,
  refreshGraceSeconds: 30,
  codeTtlSeconds: 60,
  sessionTtlSeconds: config.sessionTtlSeconds,
  allowedEmails: config.allowedEmails,
  allowedDomains: config.allowedDomains,
  maxDynamicClients: config.maxDynamicClients,
  unusedClientTtlSeconds: config.unusedClientTtlSeconds,
  command: config.command,
})
