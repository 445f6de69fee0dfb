/**
 * What ChatGPT and other hosts show in the conversation for recalled memories (MCP Apps 2026-01-26): one HTML document that asks
 * nothing of any host. It is fixed; the memories come to it from the host, which has them from the tool's result.
 */
import script from './widget/recall.client.js' with { type: 'text' }
import styles from './widget/recall.css' with { type: 'text' }

export const widgetUri = 'ui://souvenir/recall.html'

const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Recalled memories</title>
<style>
${styles}</style>
</head>
<body>
<p class="state" role="status">Looking …</p>
<ol aria-label="Recalled memories"></ol>
<script type="module">
${script}</script>
</body>
</html>
`

/** The widget as resources/read gives it: no domain may be connected to, loaded from or framed. */
export const widget = {
  uri: widgetUri,
  mimeType: 'text/html;profile=mcp-app',
  text: document,
  _meta: { ui: { csp: { connectDomains: [], resourceDomains: [] }, prefersBorder: true } },
}
