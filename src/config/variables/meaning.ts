/** The model that finds memories by meaning: in this process, or behind OpenAI's API. */
import { choice, httpUrl, integer, path, secret, text } from '../types.ts'
import type { Section } from '../variable.ts'

export const meaningVariables = {
  EMBEDDER: {
    type: choice('local', 'openai', 'none'),
    meaning:
      'What finds memories by their meaning: "local", a model in this process (files from "souvenir models pull"); "openai", a server named by EMBEDDER_URL; "none".',
    example: 'local',
    otherwise: 'openai where EMBEDDER_URL is set, else local once its files are there, else none',
  },
  EMBEDDER_URL: {
    type: httpUrl,
    meaning:
      "A server with OpenAI's embeddings API (OpenAI, Ollama, LM Studio, vLLM, TEI), up to and with /v1: memories are found by meaning too.",
    example: 'http://ollama:11434/v1',
    otherwise: 'the local model, or search by words alone',
  },
  EMBEDDER_MODEL: {
    type: text,
    meaning: 'The model; another one embeds all memories anew.',
    example: 'nomic-embed-text',
    otherwise: 'all-MiniLM-L6-v2 locally, all-minilm from EMBEDDER_URL',
  },
  EMBEDDER_API_KEY: {
    type: secret,
    meaning: 'The key that EMBEDDER_URL asks for.',
    example: '/run/secrets/embedder_api_key',
    otherwise: 'none is sent',
    file: true,
  },
  EMBEDDER_DIMENSIONS: {
    type: integer(32, 8_192),
    meaning: 'How long its vectors should be, where the model leaves that open.',
    example: '512',
    otherwise: "the model's own",
  },
  EMBEDDER_TEXT_PREFIX: {
    type: text,
    meaning: 'What the model was trained to see before a text that is kept.',
    example: 'passage:',
    otherwise: "the model's own, or nothing",
  },
  EMBEDDER_QUERY_PREFIX: {
    type: text,
    meaning: 'What it was trained to see before a question.',
    example: 'query:',
    otherwise: "the model's own, or nothing",
  },
  EMBEDDER_BUDGET_MS: {
    type: integer(10, 60_000),
    meaning: 'How long a search waits for the vector of its question, in milliseconds; then it goes by words alone.',
    example: '300',
    otherwise: '150 for the local model; 2000 while it is being loaded, and for a server',
  },
  EMBEDDER_MODEL_DIR: {
    type: path,
    meaning: "Where the local model's files lie: onnx/model_quantized.onnx, tokenizer.json, config.json.",
    example: '/models/all-MiniLM-L6-v2',
    otherwise: 'models/ and the name of the model, in DATA_DIR',
  },
  EMBEDDER_POOLING: {
    type: choice('mean', 'cls'),
    meaning: 'How the local model makes one vector of those of its tokens.',
    example: 'cls',
    otherwise: "the model's own",
  },
  EMBEDDER_MAX_TOKENS: {
    type: integer(16, 8_192),
    meaning: 'Longer texts are cut before the local model reads them.',
    example: '512',
    otherwise: "the model's own, or 256",
  },
  EMBEDDER_IDLE_MINUTES: {
    type: integer(1, 10_080),
    meaning: 'So long after its last text the local model is unloaded, and its memory given back.',
    example: '60',
    default: '10',
  },
  MODEL_URL: {
    type: httpUrl,
    meaning: 'Where "souvenir models pull" finds the files, if not at the model\'s home on Hugging Face.',
    example: 'https://files.example.com/all-MiniLM-L6-v2',
    otherwise: 'https://huggingface.co/ and the model',
  },
} as const satisfies Section
