import { fstatSync, writeSync } from 'node:fs'
import type { Fault } from '../shared/fault.ts'

/** One command of the command line: a file in this folder and a line in commands.ts. */
export interface Command {
  readonly name: string
  /** What follows the name: `[--roles auth,mcp,api,ui,worker]`. */
  readonly usage: string
  readonly summary: string
  /** Runs it and gives the exit status: 0 done, 1 could not, 2 wrong words. */
  run(words: readonly string[]): Promise<number>
}

/** The words after a command were wrong: shown with the command's usage, exit status 2. */
export class UsageError extends Error {}

let printing = false

/** One line on standard output: what the command is asked for, and nothing else. */
export const print = (line: string): void => {
  if (!printing) process.stdout.on('error', unlessReaderLeft)
  printing = true
  process.stdout.write(`${line}\n`)
}

/** Whoever reads a pipe may have read enough (`souvenir --help | head`): nobody is left to be told. */
function unlessReaderLeft(error: Error): void {
  if (!('code' in error && error.code === 'EPIPE')) throw error
}

/** One column of a table: what strangers named themselves cannot move the cursor or pose as another column. */
export const cell = (text: string): string => text.replace(/\p{C}/gu, ' ')

/** Past `process.stderr`, whose streams take a tenth of a start to load. */
export const complain = (line: string): void => {
  try {
    writeSync(2, `${line}\n`)
  } catch {
    // A terminal or a pipe that takes no more at this moment: the stream waits for it.
    process.stderr.write(`${line}\n`)
  }
}

/** A fault as a line for who runs the program, with why, which no caller is told. */
export const lineOf = ({ message, reason }: Fault): string =>
  reason === undefined ? message : `${message} The reason: ${reason}`

/** For a command beside a server that found a folder without data: it may be mistyped, or that of a server yet to start. */
export const nothingBefore = (dataDir: string): string =>
  `There was nothing in ${dataDir} before: no server uses it yet. If one runs, set DATA_DIR as it is set for it.`

/** Whether a person may read what is complained of. What is no device is no terminal, and needs nothing loaded to tell. */
export const complainsToTerminal = (): boolean => fstatSync(2).isCharacterDevice() && process.stderr.isTTY
