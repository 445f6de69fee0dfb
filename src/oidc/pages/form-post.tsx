/** @jsxImportSource preact */
import { assetsPath, formPostScript } from '../assets.ts'
import { showPage } from './show.tsx'

/** OAuth 2.0 Form Post Response Mode section 2: the parameters as a form that goes to the client by POST. */
export const formPostPage = (page: {
  to: string
  destination: string
  parameters: readonly (readonly [string, string])[]
  headers?: HeadersInit | undefined
}): Response =>
  showPage(
    {
      title: 'Going back',
      scripts: [`${assetsPath}/${formPostScript.fileName}`],
      formsTo: 'anywhere',
      headers: page.headers,
    },
    <>
      <h1>One moment</h1>
      <p>{`Your browser now goes to ${page.destination}.`}</p>
      <form method="post" action={page.to}>
        {page.parameters.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <div class="actions">
          <button type="submit">Continue</button>
        </div>
      </form>
    </>,
  )
