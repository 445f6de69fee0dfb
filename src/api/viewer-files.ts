/** The viewer of the documentation, some 2 MB: nothing but a first request for it may read it. */
import redirectScript from 'swagger-ui-dist/oauth2-redirect.js' with { type: 'text' }
import { readCarried } from '../shared/carried-file.ts'

export async function readViewerFiles() {
  const [script, styles] = await Promise.all([
    readCarried(
      'swagger-ui-dist/swagger-ui-bundle.js',
      () => import('swagger-ui-dist/swagger-ui-bundle.js', { with: { type: 'file' } }),
    ),
    readCarried(
      'swagger-ui-dist/swagger-ui.css',
      () => import('swagger-ui-dist/swagger-ui.css', { with: { type: 'file' } }),
    ),
  ])
  return { script: script.toString(), styles: styles.toString(), redirectScript }
}

export type ViewerFiles = Awaited<ReturnType<typeof readViewerFiles>>
