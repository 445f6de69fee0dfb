import type { Command } from './command.ts'

/** Every command by its name, each loaded when it is asked for: a health check every half minute does not load a server. */
export const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['serve', async () => (await import('./serve.ts')).serve],
  ['code', async () => (await import('./code.ts')).code],
  ['users', async () => (await import('./users.ts')).users],
  ['clients', async () => (await import('./clients.ts')).clients],
  ['keys', async () => (await import('./keys.ts')).keys],
  ['rebuild', async () => (await import('./rebuild.ts')).rebuild],
  ['backup', async () => (await import('./backup.ts')).backup],
  ['restore', async () => (await import('./restore.ts')).restore],
  ['migrate', async () => (await import('./migrate.ts')).migrate],
  ['models', async () => (await import('./models.ts')).models],
  ['healthcheck', async () => (await import('./healthcheck.ts')).healthcheck],
  ['doctor', async () => (await import('./doctor.ts')).doctor],
  ['dashboard', async () => (await import('./dashboard.ts')).dashboard],
  ['env', async () => (await import('./env.ts')).env],
  ['version', async () => (await import('./version.ts')).version],
])
