import type { Command } from './command.ts'
import { env } from './env.ts'
import { healthcheck } from './healthcheck.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [healthcheck, env, version]
