/** The signing keys: who has them, and where others find the public ones. */
import { httpUrl, secret, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const keyVariables = {
  OIDC_PRIVATE_KEY: {
    type: secret,
    meaning: 'The signing key, PEM, RSA of 2048 bits or more; usually OIDC_PRIVATE_KEY_FILE, a mounted secret.',
    example: '/run/secrets/oidc_private_key',
    otherwise: 'a ring of keys in OIDC_KEYS_DIR, made on first start',
    file: true,
  },
  OIDC_NEXT_PRIVATE_KEY: {
    type: secret,
    meaning: 'The key that will sign next, so that a mounted key can be rotated.',
    example: '/run/secrets/oidc_next_private_key',
    otherwise: 'none',
    file: true,
  },
  KEYS_ENCRYPTION_KEY: {
    type: secret,
    meaning: 'Keeps the ring of keys in Redis, sealed with these 32 bytes: openssl rand -base64 32.',
    example: '/run/secrets/keys_encryption_key',
    otherwise: 'the ring is in OIDC_KEYS_DIR',
    file: true,
  },
  OIDC_KEYS_DIR: {
    type: text,
    meaning: 'The folder of the ring of keys; may be shared by several processes.',
    example: '/data/keys',
    otherwise: 'keys in DATA_DIR',
  },
  JWKS_URL: {
    type: httpUrl,
    meaning: "Where a process without the role auth finds the issuer's public keys (cached ten minutes).",
    example: 'http://oidc-auth-server:8766/auth/jwks',
    otherwise: '/auth/jwks of OIDC_BASE_URL',
  },
} as const satisfies Section
