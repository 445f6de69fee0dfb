/** Serves the files that our pages link to, under `/auth/assets`. */
import { type Asset, assetResponse, favicon, hashedAsset, stylesheet } from '../html/assets.ts'
import type { Endpoint } from './endpoint.ts'
import formPost from './pages/form-post.client.js' with { type: 'text' }

export const assetsPath = '/auth/assets'

/** Sends a form_post response on its way. A file and not inline, so that no page ever needs inline script. */
export const formPostScript = hashedAsset('form-post.js', 'text/javascript; charset=utf-8', formPost)

const serve = (asset: Asset): Endpoint => ({
  method: 'GET',
  path: `${assetsPath}/${asset.fileName}`,
  errors: 'page',
  cors: false,
  async handle() {
    return assetResponse(asset)
  },
})

export const assetEndpoints: readonly Endpoint[] = [stylesheet, favicon, formPostScript].map(serve)
