/** Where the surfaces are reached and listen. */
import { httpUrl, integer, networks, origin, origins, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const addressVariables = {
  OIDC_BASE_URL: {
    type: origin,
    meaning: 'The public address of the sign-in server: the issuer.',
    example: 'https://memory.example.com',
    otherwise: 'http://localhost and the port',
  },
  API_BASE_URL: {
    type: origin,
    meaning: 'The public address of /mcp and /api/v1, if another.',
    example: 'https://mcp.example.com',
    otherwise: 'OIDC_BASE_URL; without it http://localhost and PORT',
  },
  UI_BASE_URL: {
    type: origin,
    meaning: 'The public address of the pages for people, if another.',
    example: 'https://memory.example.com',
    otherwise: 'API_BASE_URL',
  },
  ACTIONS_BASE_URL: {
    type: origin,
    meaning: 'The public address of a process of the role actions (the bridge for GPT Actions), if another.',
    example: 'https://actions.example.com',
    otherwise: 'API_BASE_URL',
  },
  API_URL: {
    type: httpUrl,
    meaning: 'Where a process with the role ui and without api reaches /api/v1, if not at its public address.',
    example: 'http://openmemory-mcp:8765',
    otherwise: 'API_BASE_URL',
  },
  AUTH_URL: {
    type: httpUrl,
    meaning:
      'Where a process with the role ui and without auth reaches the sign-in server, if not at its public address.',
    example: 'http://oidc-auth-server:8766',
    otherwise: 'the origin of JWKS_URL; without it OIDC_BASE_URL',
  },
  HOST: { type: text, meaning: 'The address to listen on.', example: '0.0.0.0', default: '127.0.0.1' },
  PORT: {
    type: integer(1, 65_535),
    meaning: 'The port to listen on.',
    example: '8765',
    default: '8765',
  },
  OIDC_PORT: {
    type: integer(1, 65_535),
    meaning: 'The port of a process that serves auth without api and mcp.',
    example: '8766',
    default: '8766',
  },
  TRUSTED_PROXIES: {
    type: networks,
    meaning: 'Addresses or networks whose X-Forwarded-For is believed.',
    example: '172.16.0.0/12',
    otherwise: 'none',
  },
  ALLOWED_ORIGINS: {
    type: origins,
    meaning: 'Browser origins that may call /mcp and /api/v1.',
    example: 'https://chatgpt.com',
    default: 'https://chatgpt.com,https://chat.openai.com,https://platform.openai.com',
  },
  OPENAI_APPS_CHALLENGE: {
    type: text,
    meaning:
      'The token by which OpenAI proves that this domain is yours; answered at /.well-known/openai-apps-challenge.',
    example: 'the token that its dashboard shows',
    otherwise: 'nothing is answered there',
  },
} as const satisfies Section
