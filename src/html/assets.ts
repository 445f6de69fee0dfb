/**
 * The files that pages link to, carried inside the program. A name holds a hash of its content,
 * so a browser may keep each for ever and still sees a change at once.
 */
import { sha256 } from '../shared/hash.ts'
import icon from '../shared/icon.svg' with { type: 'text' }
import styles from './styles.css' with { type: 'text' }

export interface Asset {
  /** `styles-3f2a9c01.css`; a surface puts its own folder before it. */
  readonly fileName: string
  readonly contentType: string
  readonly content: string
}

/** An asset whose file name carries the hash of its content. `fileName` in: `styles.css`; out: `styles-3f2a9c01.css`. */
export function hashedAsset(fileName: string, contentType: string, content: string): Asset {
  const dot = fileName.lastIndexOf('.')
  const hash = sha256(content)
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, 10)
  return { fileName: `${fileName.slice(0, dot)}-${hash}${fileName.slice(dot)}`, contentType, content }
}

export const stylesheet = hashedAsset('styles.css', 'text/css; charset=utf-8', styles)
export const favicon = hashedAsset('icon.svg', 'image/svg+xml', icon)

/** The answer to a request for an asset: kept for a year, since its name changes with its content. */
export function assetResponse(asset: Asset): Response {
  return new Response(asset.content, {
    headers: {
      'content-type': asset.contentType,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    },
  })
}
