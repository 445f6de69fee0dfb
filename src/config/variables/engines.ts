/** The engines, and the folder of what is kept without one. */
import { choice, engineUrl, secret, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const engineVariables = {
  DATA_DIR: {
    type: text,
    meaning: 'The folder of everything that is kept without a configured engine.',
    example: '/data',
    otherwise: 'souvenir in the data folder of the user who runs it',
  },
  DATABASE_URL: {
    type: engineUrl('postgres', 'postgresql'),
    meaning:
      'Postgres 15 or newer for memories, best with pgvector 0.7 or newer; tables are in the schema souvenir, or in another with ?schema=name.',
    example: 'postgres://souvenir:password@postgres:5432/souvenir',
    otherwise: 'SQLite in DATA_DIR',
    file: true,
  },
  POSTGRES_PASSWORD: {
    type: secret,
    meaning: 'The password, where DATABASE_URL has none.',
    example: '/run/secrets/postgres_password',
    otherwise: 'the one in DATABASE_URL',
    file: true,
  },
  NEO4J_URL: {
    type: engineUrl('bolt', 'bolt+s', 'neo4j', 'neo4j+s'),
    meaning: 'Neo4j 5 for the graph of entities too: it is written behind the memories, and asked in their place.',
    example: 'bolt://neo4j:7687',
    otherwise: 'the graph is asked in the engine of the memories',
    file: true,
  },
  NEO4J_USER: {
    type: text,
    meaning: 'Its user, where NEO4J_URL names none.',
    example: 'neo4j',
    default: 'neo4j',
  },
  NEO4J_PASSWORD: {
    type: secret,
    meaning: 'The password, where NEO4J_URL has none.',
    example: '/run/secrets/neo4j_password',
    otherwise: 'the one in NEO4J_URL',
    file: true,
  },
  REDIS_URL: {
    type: engineUrl('redis', 'rediss'),
    meaning: 'Redis for sign-in state and limits, so that several processes share them.',
    example: 'redis://:password@redis:6379/0',
    otherwise: 'SQLite in DATA_DIR',
    file: true,
  },
  REDIS_DURABILITY: {
    type: choice('required', 'any'),
    meaning:
      'any: starts although Redis has no append-only file or may evict keys, and so may lose who was signed out.',
    example: 'any',
    default: 'required',
  },
  REDIS_KEY_PREFIX: {
    type: text,
    meaning: 'What every key in Redis begins with, so that one server can hold more than this.',
    example: 'souvenir-staging:',
    default: 'souvenir:',
  },
  REDIS_PASSWORD: {
    type: secret,
    meaning: 'The password, where REDIS_URL has none.',
    example: '/run/secrets/redis_password',
    otherwise: 'the one in REDIS_URL',
    file: true,
  },
} as const satisfies Section
