import type { Progress } from '../dependencies/models.ts'
import { complain } from './command.ts'

const width = 30
const everyMs = 100

/** A bar for each file on a terminal; elsewhere a line when a file begins. */
export function showProgress(stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr) {
  let current = ''
  let drawnAt = 0
  const newLine = () => {
    if (current !== '' && stream.isTTY) stream.write('\n')
  }
  return {
    show({ path, received, total }: Progress): void {
      if (path !== current) {
        newLine()
        current = path
        drawnAt = 0
        if (!stream.isTTY) complain(`${path}${total === undefined ? '' : `, ${megabytes(total)} MB`}`)
      }
      const now = performance.now()
      if (!stream.isTTY || (now - drawnAt < everyMs && received !== total)) return
      drawnAt = now
      stream.write(`\r${bar(received, total)} ${path}`)
    },
    end: newLine,
  }
}

/** `[=========>          ]  45 %   10.4 of 23.0 MB`, or the bytes alone where the whole is not known. */
export function bar(received: number, total: number | undefined): string {
  if (total === undefined || total === 0) return `${megabytes(received)} MB`
  const share = Math.min(1, received / total)
  const filled = Math.round(share * width)
  const line = '='.repeat(Math.max(0, filled - 1)) + (filled > 0 ? '>' : '')
  const percent = String(Math.floor(share * 100)).padStart(3)
  return `[${line.padEnd(width)}] ${percent} %  ${megabytes(received)} of ${megabytes(total)} MB`
}

const megabytes = (bytes: number) => (bytes / 1_000_000).toFixed(1)
