/** Every page, in the order of their addresses. A new one is one file and one line here. */
import type { UiPage } from './page.ts'

export interface PageAt {
  /** With `:name` for parameters. */
  readonly path: string
  /** Loads the page's file, at its first request. */
  readonly load: () => Promise<{ readonly page: UiPage }>
}

export const pages: readonly PageAt[] = [
  { path: '/', load: () => import('./pages/home.tsx') },
  { path: '/memories/:id', load: () => import('./pages/memory.tsx') },
  { path: '/session/login', load: () => import('./pages/login.ts') },
  { path: '/session/callback', load: () => import('./pages/callback.ts') },
  { path: '/session/logout', load: () => import('./pages/logout.tsx') },
]
