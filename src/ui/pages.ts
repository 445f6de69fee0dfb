/** Every page, in the order of their addresses. A new one is one file and one line here. */
import type { UiPage } from './page.ts'

export interface PageAt {
  /** With `:name` for parameters; `/*` is where no other address fits. */
  readonly path: string
  /** Loads the page's file, at its first request. */
  readonly load: () => Promise<{ readonly page: UiPage }>
}

export const pages: readonly PageAt[] = [
  { path: '/', load: () => import('./pages/home.tsx') },
  { path: '/memories', load: () => import('./pages/memories.tsx') },
  { path: '/memories/new', load: () => import('./pages/new-memory.tsx') },
  { path: '/memories/:id', load: () => import('./pages/memory.tsx') },
  { path: '/apps', load: () => import('./pages/apps.tsx') },
  { path: '/apps/:id/access', load: () => import('./pages/app-access.tsx') },
  { path: '/settings', load: () => import('./pages/settings.tsx') },
  { path: '/settings/export', load: () => import('./pages/export.ts') },
  { path: '/settings/import', load: () => import('./pages/import.tsx') },
  { path: '/session/login', load: () => import('./pages/login.ts') },
  { path: '/session/callback', load: () => import('./pages/callback.ts') },
  { path: '/session/logout', load: () => import('./pages/logout.tsx') },
  { path: '/*', load: () => import('./pages/nothing.ts') },
]
