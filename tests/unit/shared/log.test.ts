import { expect, test } from 'bun:test'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { requestLines } from '../../../src/http/request-line.ts'
import { authenticate } from '../../../src/resource/bearer.ts'
import { BearerChallenge } from '../../../src/resource/errors.ts'
import { audit } from '../../../src/shared/audit.ts'
import { InvalidToken } from '../../../src/shared/invalid-token.ts'
import { createLog, standardOutput, turnByTurn } from '../../../src/shared/log.ts'
import type { Lines } from '../../../src/shared/standard-output.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

test('lines of one turn of the event loop are written in one go and in order, and none waits for a later line', async () => {
  const written: string[] = []
  const write = (lines: readonly Lines[]) => written.push(lines.map(({ text }) => text).join(''))
  const log = createLog('info', turnByTurn({ write }))
  log.info('first')
  log.info('second')
  expect(written).toEqual([])
  await new Promise((resolve) => setImmediate(resolve))
  expect(written.map((lines) => lines.match(/first|second/g))).toEqual([['first', 'second']])
  log.info('third')
  await new Promise((resolve) => setImmediate(resolve))
  expect(written).toHaveLength(2)
})

/** A process that runs these lines with a log to its standard output. */
const logging = (lines: string) => {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('../../../src/shared/log.ts', import.meta.url).pathname)}
    const log = createLog('info')
    ${lines}`
  return Bun.spawn([process.execPath, '-e', script], { stdout: 'pipe', stderr: 'pipe' })
}

test('what is left is written when the process exits', async () => {
  const child = logging("log.info('the last words'); process.exit(0)")
  expect(await new Response(child.stdout).text()).toContain('the last words')
})

test('a reader that is slow gets every line whole, one that is gone ends nothing', async () => {
  const many = logging("for (let at = 0; at < 20_000; at++) log.info({ at, name: 'Zoë' }, 'line')")
  await Bun.sleep(300)
  const lines = (await new Response(many.stdout).text()).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    Array.from({ length: 20_000 }, (_, at) => expect.objectContaining({ at, name: 'Zoë' })),
  )
  const left = logging(`
    for (let at = 0; at < 3; at++) {
      log.info('to nobody')
      await Bun.sleep(50)
    }
    console.error('still here')`)
  await left.stdout.cancel()
  expect(await new Response(left.stderr).text()).toBe('still here\n')
  expect(await left.exited).toBe(0)
})

/** 30,000 lines in turns of the event loop, one more once it is told that its reader has read what there was, and the end. */
const toNobodyAtFirst = `
    import { createLog } from ${JSON.stringify(new URL('../../../src/shared/log.ts', import.meta.url).pathname)}
    const log = createLog('info')
    for (let turn = 0; turn < 300; turn++) {
      for (let more = 0; more < 100; more++) log.info({ at: turn * 100 + more, filler: 'x'.repeat(100) }, 'line')
      await new Promise((resolve) => setImmediate(resolve))
    }
    console.error('went on')
    process.stdin.once('data', () => { log.info('last'); process.exit(0) })`

test('a reader who stops reading stops nothing: what waits is bounded, and a line says how many are missing', async () => {
  const pipe = join(temporaryFolder('log'), 'pipe')
  Bun.spawnSync(['mkfifo', pipe])
  const holding = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
  const child = Bun.spawn(['sh', '-c', 'exec "$0" -e "$1" >"$2"', process.execPath, toNobodyAtFirst, pipe], {
    stdin: 'pipe',
    stderr: 'pipe',
  })
  const told = await Promise.race([child.stderr.getReader().read(), Bun.sleep(8_000)])
  if (told === undefined) child.kill('SIGKILL')
  expect(new TextDecoder().decode(told?.value)).toBe('went on\n')
  const reader = Bun.spawn(['cat', pipe], { stdout: 'pipe' })
  let text = ''
  const whole = (async () => {
    const decoder = new TextDecoder()
    for await (const bytes of reader.stdout) text += decoder.decode(bytes, { stream: true })
  })()
  for (let waited = 0; !text.includes('"lost"') && waited < 8_000; waited += 50) await Bun.sleep(50)
  child.stdin.write('read')
  child.stdin.end()
  expect(await child.exited).toBe(0)
  closeSync(holding)
  await whole
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const missing = lines.filter(({ lost }) => lost !== undefined)
  expect(missing).toHaveLength(1)
  expect(lines.length - 2 + missing[0].lost).toBe(30_000)
  expect(missing[0].lost).toBeGreaterThan(10_000)
  expect(lines.at(-1)).toMatchObject({ msg: 'last' })
}, 30_000)

const requests = (...at: readonly number[]): readonly Lines[] => [
  { kind: 'request', text: at.map((one) => `${JSON.stringify({ at: one })}\n`).join('') },
]

/** A log whose reader takes nothing until `read`, which gives what it then finds. */
function unreadLog() {
  let reading = false
  let written = ''
  const output = standardOutput((bytes) => {
    if (!reading) throw Object.assign(new Error('not now'), { code: 'EAGAIN' })
    written += new TextDecoder().decode(bytes)
    return bytes.length
  })
  return {
    log: createLog('info', turnByTurn(output)),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    async read() {
      reading = true
      await Bun.sleep(100)
      return written
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { msg: string; audit?: string; reason?: string; lost?: number })
    },
  }
}

test('where a reader has stopped, lines of requests make room for security events: none of those is missing', async () => {
  const { log, turn, read } = unreadLog()
  const tell = requestLines(log)
  const context = { requestId: 'id', address: 'local', route: '/', reason: 'x'.repeat(1_000) }
  for (let at = 0; at < 3_000; at++) {
    tell?.(context, 'GET', 401, 1)
    if (at % 10 === 0) audit(log, 'code_replayed', { reason: `event-${at}` })
    if (at % 7 === 0) await turn()
  }
  await turn()
  const lines = await read()
  const events = lines.filter((line) => line.audit !== undefined)
  expect(events.map(({ reason }) => reason)).toEqual(Array.from({ length: 300 }, (_, at) => `event-${at * 10}`))
  const lost = lines.reduce((sum, line) => sum + (line.lost ?? 0), 0)
  const written = lines.filter(({ msg }) => msg === 'request').length
  expect(written).toBeGreaterThan(500)
  expect(written + lost).toBe(3_000)
})

test('nor can forged tokens keep them out, though each that is refused is logged as "Invalid token" with its reason', async () => {
  const { log, turn, read } = unreadLog()
  let forged = 0
  const verifier = {
    verify: async () => {
      throw new InvalidToken(`${forged++} ${'x'.repeat(1_000)}`)
    },
    assertStanding() {},
  }
  const dependencies = { verifier, log, settings: { apiBaseUrl: 'https://memory.example' } }
  const request = new Request('https://memory.example/api/v1/me', { headers: { authorization: 'Bearer forged' } })
  for (let at = 0; at < 5_000; at++) {
    await expect(authenticate(dependencies, request, '/api/v1')).rejects.toBeInstanceOf(BearerChallenge)
    if (at % 7 === 0) await turn()
  }
  audit(log, 'code_replayed', { reason: 'stolen' })
  await turn()
  const lines = await read()
  expect(lines[0]).toMatchObject({
    ...{ level: 'warn', audit: 'token_refused', requestId: 'none', msg: 'Invalid token' },
    reason: expect.stringMatching(/^0 x+$/),
  })
  expect(lines.filter(({ audit: event }) => event === 'code_replayed')).toMatchObject([{ reason: 'stolen' }])
  const lost = lines.reduce((sum, line) => sum + (line.lost ?? 0), 0)
  const refused = lines.filter(({ msg }) => msg === 'Invalid token').length
  expect(refused).toBeGreaterThan(500)
  expect(refused + lost).toBe(5_000)
})

test('events alone are bounded too, and those that are missing are counted', async () => {
  const { log, turn, read } = unreadLog()
  for (let at = 0; at < 3_000; at++) {
    audit(log, 'sign_in_refused', { reason: 'x'.repeat(1_000) })
    if (at % 7 === 0) await turn()
  }
  await turn()
  const lines = await read()
  const events = lines.filter((line) => line.audit !== undefined).length
  expect(events).toBeLessThan(1_100)
  expect(events + lines.reduce((sum, line) => sum + (line.lost ?? 0), 0)).toBe(3_000)
})

test('at the end a reader who does not read is waited for a moment, not for ever', async () => {
  const output = standardOutput(() => {
    throw Object.assign(new Error('not now'), { code: 'EAGAIN' })
  })
  output.write(requests(1))
  const from = performance.now()
  output.end()
  expect(performance.now() - from).toBeLessThan(5_000)
})

test('where nothing can be written, as on a full disk, the process goes on', async () => {
  const script = `
    import { createLog } from ${JSON.stringify(new URL('../../../src/shared/log.ts', import.meta.url).pathname)}
    const log = createLog('info')
    for (let at = 0; at < 3; at++) {
      log.info('lost')
      await Bun.sleep(10)
    }
    console.error('still here')`
  const child = Bun.spawn([process.execPath, '-e', script], { stdout: Bun.file('/dev/full'), stderr: 'pipe' })
  expect(await new Response(child.stderr).text()).toBe('still here\n')
  expect(await child.exited).toBe(0)
})

test('once there is room again a line of its own says how many are missing', () => {
  let room = 4
  let written = ''
  const output = standardOutput((bytes) => {
    if (room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    const taken = bytes.subarray(0, room)
    room -= taken.length
    written += new TextDecoder().decode(taken)
    return taken.length
  })
  output.write(requests(1))
  output.write(requests(2, 3))
  room = 1_000
  output.write(requests(4))
  output.write(requests(5))
  const [broken, ...lines] = written.trimEnd().split('\n')
  expect(broken).toBe('{"at')
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 'warn', lost: 3, msg: expect.stringContaining('could not be written') }),
    { at: 4 },
    { at: 5 },
  ])
})
