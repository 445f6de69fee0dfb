/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact'
import { type PageOptions, pageResponse } from '../../html/page.tsx'
import { assetsPath } from '../assets.ts'

/** A form that is shown again says why, with its status. */
export interface ShownAgain {
  readonly problem?: string | undefined
  readonly status?: number | undefined
}

/** A page of the authorization server. */
export const showPage = (options: Omit<PageOptions, 'assetsPath'>, body: ComponentChildren): Response =>
  pageResponse({ ...options, assetsPath }, body)
