/** The files that the dashboard's pages link to, under `/ui/assets`. */
import htmx from 'htmx.org/dist/htmx.min.js' with { type: 'text' }
import { type Asset, assetResponse, favicon, hashedAsset, stylesheet } from '../html/assets.ts'
import script from './dashboard.client.js' with { type: 'text' }
import forms from './styles/forms.css' with { type: 'text' }
import frame from './styles/frame.css' with { type: 'text' }
import homeAndApps from './styles/home-and-apps.css' with { type: 'text' }
import memories from './styles/memories.css' with { type: 'text' }

export const assetsPath = '/ui/assets'

const javascript = 'text/javascript; charset=utf-8'

/** One stylesheet a page: what all pages share, and the dashboard's own after it. */
export const dashboardStyles = hashedAsset(
  'dashboard.css',
  stylesheet.contentType,
  [stylesheet.content, frame, forms, memories, homeAndApps].join('\n'),
)
const scripts = [hashedAsset('htmx.js', javascript, htmx), hashedAsset('dashboard.js', javascript, script)]

const pathOf = ({ fileName }: Asset) => `${assetsPath}/${fileName}`
const byPath = new Map([dashboardStyles, favicon, ...scripts].map((asset) => [pathOf(asset), asset]))

export const scriptPaths: readonly string[] = scripts.map(pathOf)

export function serveAsset(path: string): Response | undefined {
  const asset = byPath.get(path)
  return asset && assetResponse(asset)
}
