/** One valid record of each kind, to be varied by a test. Times count from the test clock's beginning. */
import type {
  Authorization,
  AuthorizationRequest,
  Client,
  Grant,
  IssuedCode,
  RefreshToken,
  Session,
  User,
} from '../../src/oidc/ports.ts'
import type { ClientId, FamilyId, GrantId, OwnerId } from '../../src/shared/brand.ts'
import { hashToken } from '../../src/shared/hash.ts'
import { testClock } from '../support/time.ts'

export const startSeconds = testClock().now() / 1000
export const hash = hashToken
export const clientId = (name = 'app') => name as ClientId
export const ownerId = (name = 'owner') => name as OwnerId
export const grantId = (name = 'grant') => name as GrantId
export const familyId = (name = 'family') => name as FamilyId

const request = (changes: Partial<AuthorizationRequest> = {}): AuthorizationRequest => ({
  clientId: clientId(),
  redirectUri: 'https://app.example/callback?tenant=\u00fc',
  redirectUriSent: true,
  responseMode: 'query',
  scopes: ['openid', 'memories:read'],
  resources: [],
  prompts: [],
  ...changes,
})

export const client = (changes: Partial<Client> = {}): Client => ({
  id: clientId(),
  name: 'An app \u{1f9e0}',
  redirectUris: ['https://app.example/callback'],
  postLogoutRedirectUris: [],
  authMethods: ['none'],
  grantTypes: ['authorization_code', 'refresh_token'],
  scope: 'openid memories:read',
  pkceRequired: true,
  kind: 'dynamic',
  createdAt: startSeconds,
  ...changes,
})

export const authorization = (changes: Partial<Authorization> = {}): Authorization => ({
  id: hash('authorization'),
  browser: hash('browser'),
  request: request(),
  attempts: 0,
  expiresAt: startSeconds + 600,
  ...changes,
})

export const issuedCode = (changes: Partial<IssuedCode> = {}): IssuedCode => ({
  clientId: clientId(),
  ownerId: ownerId(),
  grantId: grantId(),
  familyId: familyId(),
  request: request(),
  authTime: startSeconds,
  expiresAt: startSeconds + 60,
  ...changes,
})

export const refreshToken = (changes: Partial<RefreshToken> = {}): RefreshToken => ({
  clientId: clientId(),
  ownerId: ownerId(),
  grantId: grantId(),
  familyId: familyId(),
  scopes: ['openid', 'memories:read'],
  resources: [],
  authTime: startSeconds,
  expiresAt: startSeconds + 86_400,
  ...changes,
})

export const grant = (changes: Partial<Grant> = {}): Grant => ({
  id: grantId(),
  ownerId: ownerId(),
  clientId: clientId(),
  scopes: ['openid'],
  resources: [],
  createdAt: startSeconds,
  updatedAt: startSeconds,
  ...changes,
})

export const session = (changes: Partial<Session> = {}): Session => ({
  id: hash('session'),
  ownerId: ownerId(),
  authTime: startSeconds,
  expiresAt: startSeconds + 3_600,
  ...changes,
})

export const user = (changes: Partial<User> = {}): User => ({
  id: ownerId(),
  name: 'Ada',
  identities: [{ provider: 'console', subject: 'Ada' }],
  createdAt: startSeconds,
  updatedAt: startSeconds,
  ...changes,
})
