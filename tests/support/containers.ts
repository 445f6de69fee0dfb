/** A folder of compose.yml's on the engine that DOCKER_HOST names: lines typed in it, and its containers. */
import { shell } from './compose.ts'

export interface Containers {
  /** A line as a person would type it in the folder; gives what it prints. */
  type(script: string): Promise<string>
  running(): Promise<readonly string[]>
  /** Waits until each container's own check says healthy, none started twice. Throws after a minute, with the logs. */
  healthy(names: readonly string[]): Promise<void>
}

export function containers(folder: string): Containers {
  const { DOCKER_HOST, DOCKER_CONFIG } = process.env
  const type = (script: string) =>
    shell(folder, `export DOCKER_HOST='${DOCKER_HOST}' DOCKER_CONFIG='${DOCKER_CONFIG}'\n${script}`)
  return {
    type,
    running: async () => (await type(`docker ps --format '{{.Names}}'`)).trim().split('\n').filter(Boolean).toSorted(),
    async healthy(names) {
      const ask = `docker inspect --format '{{.State.Health.Status}} {{.RestartCount}}' ${names.join(' ')}`
      let seen = ''
      for (const until = Date.now() + 60_000; Date.now() < until; await Bun.sleep(500)) {
        seen = await type(ask)
        const lines = seen.trim().split('\n')
        if (lines.every((line) => line === 'healthy 0')) return
      }
      throw new Error(`${names.join(' ')}: ${seen}\n${await type('docker compose logs --tail 20')}`)
    },
  }
}

/** The answer of an address, asked again for half a minute while nothing or a 503 comes from it. */
export async function answers(url: string, init?: RequestInit): Promise<Response> {
  for (const until = Date.now() + 30_000; ; await Bun.sleep(200)) {
    const response = await fetch(url, init).catch(() => undefined)
    if (response !== undefined && response.status !== 503) return response
    if (Date.now() > until) throw new Error(`${url}: ${response?.status ?? 'nothing answers'}`)
  }
}
