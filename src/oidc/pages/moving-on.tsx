/** @jsxImportSource preact */
import { showPage } from './show.tsx'

/**
 * Answers a form's post where a redirect would do, had `form-action 'self'` not forbidden browsers to follow it to another
 * origin. Moves on by itself without script, and has a link for a browser that does not, such as before opening another app.
 */
export const movingOnPage = (page: { to: string; destination: string; headers?: HeadersInit | undefined }): Response =>
  showPage(
    { title: 'Going back', movesOnTo: page.to, headers: page.headers },
    <>
      <h1>One moment</h1>
      <p>{`Your browser now goes to ${page.destination}.`}</p>
      <div class="actions">
        <a class="button" href={page.to}>
          Continue
        </a>
      </div>
      <p class="reference">
        If nothing happens, press Continue. Once you are back in the app, you can close this page.
      </p>
    </>,
  )
