import { backup } from './backup.ts'
import { clients } from './clients.ts'
import { code } from './code.ts'
import type { Command } from './command.ts'
import { dashboard } from './dashboard.ts'
import { doctor } from './doctor.ts'
import { env } from './env.ts'
import { healthcheck } from './healthcheck.ts'
import { keys } from './keys.ts'
import { migrate } from './migrate.ts'
import { models } from './models.ts'
import { rebuild } from './rebuild.ts'
import { restore } from './restore.ts'
import { serve } from './serve.ts'
import { users } from './users.ts'
import { version } from './version.ts'

export const commands: readonly Command[] = [
  serve,
  code,
  users,
  clients,
  keys,
  rebuild,
  backup,
  restore,
  migrate,
  models,
  healthcheck,
  doctor,
  dashboard,
  env,
  version,
]
