import { homedir, platform } from 'node:os'
import { join } from 'node:path'
import type { Environment } from './read.ts'

/** Where this system keeps a user's data (XDG Base Directory on Linux), so that a start from any folder finds the same memory. */
export function defaultDataDir(environment: Environment): string {
  const home = homedir()
  switch (platform()) {
    case 'darwin':
      return join(home, 'Library', 'Application Support', 'souvenir')
    case 'win32':
      return join(environment.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'souvenir')
    default:
      return join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'souvenir')
  }
}
