/** An embedding model in a process of its own, which a test may kill: a direction for each text that depends on nothing but the text. */
import { toUnitLength } from '../../src/memory/rank/embedder.ts'

const dimensions = 64

/** The same text has the same direction, any other one that is hardly alike. */
export function directionOf(text: string): Float32Array {
  // FNV-1a, then Numerical Recipes' linear congruential generator.
  let state = 2_166_136_261
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 16_777_619) >>> 0
  return toUnitLength(
    Float32Array.from({ length: dimensions }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 2 ** 31 - 1
    }),
  )
}

/** Starts it and waits until it answers; it speaks OpenAI's API below `/v1`. */
export async function startEmbeddingProcess(port: number) {
  const child = Bun.spawn([process.execPath, import.meta.path, String(port)], { stdout: 'ignore', stderr: 'inherit' })
  for (let tries = 0; !(await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)); tries++) {
    if (tries > 200) throw new Error('the embedding process does not answer')
    await Bun.sleep(50)
  }
  return {
    /** kill -9. */
    async kill() {
      child.kill('SIGKILL')
      await child.exited
    },
  }
}

export type EmbeddingProcess = Awaited<ReturnType<typeof startEmbeddingProcess>>

if (import.meta.main) {
  Bun.serve({
    port: Number(process.argv[2]),
    hostname: '127.0.0.1',
    async fetch(request) {
      if (request.method !== 'POST') return new Response('an embedding model')
      const { input } = (await request.json()) as { input: readonly string[] }
      return Response.json({ data: input.map((text, index) => ({ index, embedding: [...directionOf(text)] })) })
    },
  })
}
