import { type Check, fail, pass, shown, warn } from '../check.ts'

interface Engine {
  readonly engine: string
  readonly state: string
  readonly needed: boolean
  readonly detail?: string
  readonly code?: string
}

export const health: Check = {
  name: 'health',
  async run({ issuer, api, ask }) {
    return Promise.all(
      [...new Set([issuer, api])].map(async (one) => {
        const answer = await ask(`${one}/health`)
        const engines = Array.isArray(answer.json?.engines) ? (answer.json.engines as Engine[]) : undefined
        if (engines === undefined)
          return fail(`${one}/health: ${shown(answer)}`, 'Send /health to the server of this host.')
        const down = engines.filter(({ state }) => state !== 'up')
        const words = down.map(({ engine, detail }) => `${engine} is down${detail === undefined ? '' : ` (${detail})`}`)
        if (answer.status !== 200)
          return fail(
            `${one}: ${words.join(', ') || answer.status}`,
            'Start it: docker compose ps, docker compose logs.',
          )
        if (down.length > 0) {
          // What is wrong with the model's files says itself what to do.
          const remedy = down.every(({ engine, detail }) => engine === 'embedder' && detail !== undefined)
            ? 'Until then memories are found by words alone; then start the server again.'
            : 'It works without, but less well: start it.'
          return warn(`${one}: ${words.join(', ')}`, remedy)
        }
        const told = engines.filter(({ detail }) => detail !== undefined)
        if (told.length > 0) {
          const saw = `${one}: ${told.map(({ engine, detail }) => `${engine} (${detail})`).join(', ')}`
          const full = told.some(({ code }) => code === 'disk_full')
          return warn(saw, full ? 'Make room on that disk: df -h, docker system df.' : undefined)
        }
        return pass(`${one}: ${engines.map(({ engine }) => engine).join(', ') || 'no engine needed'}`)
      }),
    )
  },
}
