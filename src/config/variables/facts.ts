/** What is taken from texts, and what is kept out of them. */
import { choice, httpUrl, secret, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const factsVariables = {
  EXTRACTOR_URL: {
    type: httpUrl,
    meaning:
      "A server with OpenAI's chat API and JSON schema output (OpenAI, Ollama, LM Studio, vLLM), up to and with /v1: a model takes facts, entities and categories from each memory. It is sent their texts.",
    example: 'http://ollama:11434/v1',
    otherwise: 'entities by what apps say and by simple rules',
  },
  EXTRACTOR_MODEL: { type: text, meaning: 'Its model.', example: 'qwen3:4b', default: 'gpt-4o-mini' },
  EXTRACTOR_API_KEY: {
    type: secret,
    meaning: 'The key it asks for.',
    example: '/run/secrets/extractor_api_key',
    otherwise: 'none is sent',
    file: true,
  },
  MASK_SECRETS: {
    type: choice('on', 'off'),
    meaning: 'Whether keys, tokens, passwords and card numbers are masked before a memory is written.',
    example: 'on',
    default: 'on',
  },
} as const satisfies Section
