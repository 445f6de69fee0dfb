/** From starting a process to its first answer, and what it holds in memory when nothing happens. */
import { median } from './load.ts'
import { residentMegabytes } from './process-stats.ts'
import { freshDataDir, type Running, startBeside, startProduct } from './processes.ts'

export interface StartTimes {
  readonly name: string
  readonly firstAnswerMs: number
  readonly residentMb: number
}

const idleSeconds = 2

export async function startTimes(rounds: number): Promise<StartTimes[]> {
  const kept = freshDataDir()
  await (await startProduct(kept)).stop()
  const kinds: [string, () => Promise<Running>][] = [
    ['hello (plain Bun)', () => startBeside('hello')],
    ['souvenir, on its folder', () => startProduct(kept)],
    ['souvenir, first start: keys and tables made', () => startProduct(freshDataDir())],
  ]
  const seen = kinds.map(([name, start]) => ({ name, start, firstAnswers: [] as number[], resident: [] as number[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { start, firstAnswers, resident } of seen) {
      const running = await start()
      firstAnswers.push(running.firstAnswerMs)
      if (round < 3) {
        await Bun.sleep(idleSeconds * 1000)
        resident.push(residentMegabytes(running.pid))
      }
      await running.stop()
    }
  }
  return seen.map(({ name, firstAnswers, resident }) => ({
    name,
    firstAnswerMs: median(firstAnswers),
    residentMb: median(resident),
  }))
}
