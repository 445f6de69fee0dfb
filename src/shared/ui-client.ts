/** The product's own pages as a client of their issuer: what both sides must know, wherever each of them runs. */
import type { ClientId } from './brand.ts'

export const uiClientId = 'souvenir-ui' as ClientId

/** Where the pages take the authorization response, under UI_BASE_URL. */
export const uiCallback = '/session/callback'

/** What they ask for. Without a `resource`, so that the token is for the API and for the issuer alike. */
export const uiScope = 'openid profile email offline_access memories:read memories:write grants:manage'
