/** @jsxImportSource preact */
/** From page to page of a list. With script only the part of the page that is named by `part` is exchanged. */

export interface PagerProps {
  readonly page: number
  readonly pages: number
  /** The address of a page by its number. */
  readonly at: (page: number) => string
  /** Id of the element that the list is. */
  readonly part: string
  readonly label: string
}

export function Pager({ page, pages, at, part, label }: PagerProps) {
  if (pages <= 1) return null
  const link = (to: number, text: string, rel: 'prev' | 'next') => (
    <a
      class="button secondary small"
      rel={rel}
      href={at(to)}
      hx-get={at(to)}
      hx-target={`#${part}`}
      hx-select={`#${part}`}
      hx-swap="outerHTML show:top"
      hx-push-url="true"
    >
      {text}
    </a>
  )
  return (
    <nav class="pager" aria-label={label}>
      {page > 1 ? link(page - 1, 'Newer', 'prev') : <span />}
      <span>{`Page ${page} of ${pages}`}</span>
      {page < pages ? link(page + 1, 'Older', 'next') : <span />}
    </nav>
  )
}
