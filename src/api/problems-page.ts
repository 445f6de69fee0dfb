import { problemTypes } from './problem.ts'

/** Where every problem's `type` points: what it means and what to do. */
export const problemsPage = (): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Problems of the API</title>
</head>
<body>
<h1>Problems of the API</h1>
<p>Errors are problem details (RFC 9457). <code>code</code> says more for programs, <code>field</code> names the input at fault,
and <code>requestId</code> finds the line in the log.</p>
<dl>
${Object.entries(problemTypes)
  .map(
    ([name, { status, title, meaning }]) =>
      `<dt id="${name}"><strong>${title}</strong> (${status} <code>${name}</code>)</dt><dd>${meaning}</dd>`,
  )
  .join('\n')}
</dl>
</body>
</html>
`
