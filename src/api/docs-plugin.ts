/** The documentation's page as @elysiajs/swagger writes it, on the complete document. Loaded by the first request for it. */
import swagger from '@elysiajs/swagger'
import { Elysia } from 'elysia'
import type { ApiSettings } from './dependencies.ts'
import { docsFiles, type Serve } from './docs-page.ts'
import { readViewerFiles } from './viewer-files.ts'

export async function loadDocs({ apiBaseUrl, issuer, version }: ApiSettings): Promise<Readonly<Record<string, Serve>>> {
  const plugin = swagger({
    provider: 'swagger-ui',
    path: '/docs',
    specPath: '/api/v1/openapi.json',
    theme: '/docs/viewer.css',
    documentation: { info: { title: 'souvenir API', description: 'A memory of your own', version } },
    swaggerOptions: {
      oauth2RedirectUrl: `${apiBaseUrl}/docs/oauth2-redirect.html`,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      validatorUrl: 'none',
    },
  })
  const page = await new Elysia().use(plugin).handle(new Request('http://localhost/docs'))
  return docsFiles(await page.text(), await readViewerFiles(), [...new Set([apiBaseUrl, issuer])])
}
