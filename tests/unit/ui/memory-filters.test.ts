import { describe, expect, test } from 'bun:test'
import { isRecall } from '../../../src/ui/api/lists.ts'
import { chosenBy, isFiltered, listPath } from '../../../src/ui/pages/memory-filters.tsx'

const chosen = (query: string) => chosenBy(new URLSearchParams(query))

describe('the address of a list of memories', () => {
  test('comes back as it was, without what is as usual', () => {
    for (const query of [
      '',
      'q=dog',
      'q=dog&sort=newest',
      'state=archived&category=a%2Cb&page=3',
      'from=2026-01-02&to=2026-02-03&sort=text',
      `app=${encodeURIComponent(`https://app.example/${'x'.repeat(900)}`)}`,
    ])
      expect(listPath(chosen(query))).toBe(query === '' ? '/memories' : `/memories?${query}`)
    expect(listPath(chosen('q=&state=&sort=newest&page=1'))).toBe('/memories')
  })

  test('what is no choice counts as not chosen', () => {
    const odd = chosen('state=deleted&sort=evil&from=2026-13-45&to=now&page=-1')
    expect(odd).toEqual(chosen(''))
    expect(isFiltered(odd)).toBe(false)
    expect(chosen('page=99999999').page).toBe(1)
    expect(chosen(`q=${'x'.repeat(900)}`).question).toHaveLength(500)
  })

  test('a question is ranked unless another order or a state that is not recalled is asked for', () => {
    const ranked = ['q=dog', 'q=dog&state=active', 'q=dog&category=x', 'q=dog&sort=newest', 'q=dog&state=archived', '']
    expect(ranked.map((query) => isRecall(chosen(query)))).toEqual([true, true, true, false, false, false])
  })
})
