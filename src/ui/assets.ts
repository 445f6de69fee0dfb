/** The files that the pages link to, under `/ui/assets`. */
import htmx from 'htmx.org/dist/htmx.min.js' with { type: 'text' }
import { type Asset, assetResponse, favicon, hashedAsset, stylesheet } from '../html/assets.ts'
import forms from './styles/forms.css' with { type: 'text' }
import frame from './styles/frame.css' with { type: 'text' }
import homeAndApps from './styles/home-and-apps.css' with { type: 'text' }
import memories from './styles/memories.css' with { type: 'text' }
import script from './ui.client.js' with { type: 'text' }

export const assetsPath = '/ui/assets'

const javascript = 'text/javascript; charset=utf-8'

/** One stylesheet a page: what all pages share, and these pages' own after it. */
export const uiStyles = hashedAsset(
  'ui.css',
  stylesheet.contentType,
  [stylesheet.content, frame, forms, memories, homeAndApps].join('\n'),
)
const scripts = [hashedAsset('htmx.js', javascript, htmx), hashedAsset('ui.js', javascript, script)]

const pathOf = ({ fileName }: Asset) => `${assetsPath}/${fileName}`
const byPath = new Map([uiStyles, favicon, ...scripts].map((asset) => [pathOf(asset), asset]))

export const scriptPaths: readonly string[] = scripts.map(pathOf)

export function serveAsset(path: string): Response | undefined {
  const asset = byPath.get(path)
  return asset && assetResponse(asset)
}
