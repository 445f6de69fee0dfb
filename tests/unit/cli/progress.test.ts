import { describe, expect, test } from 'bun:test'
import { bar, showProgress } from '../../../src/cli/progress.ts'

describe('The progress of a download', () => {
  test('a bar with the share and the size, or the size alone', () => {
    expect(bar(0, 23_000_000)).toBe('[                              ]   0 %  0.0 of 23.0 MB')
    expect(bar(11_500_000, 23_000_000)).toBe('[==============>               ]  50 %  11.5 of 23.0 MB')
    expect(bar(23_000_000, 23_000_000)).toBe('[=============================>] 100 %  23.0 of 23.0 MB')
    expect(bar(1_500_000, undefined)).toBe('1.5 MB')
  })

  test('on a terminal each file has its line, drawn over', () => {
    let drawn = ''
    const progress = showProgress({
      isTTY: true,
      write(text: string) {
        drawn += text
        return true
      },
    } as NodeJS.WriteStream)
    for (const received of [0, 5, 10]) progress.show({ path: 'a', received, total: 10 })
    progress.show({ path: 'b', received: 10, total: 10 })
    progress.end()
    const lines = drawn.split('\n').map((line) => line.split('\r').at(-1))
    expect(lines).toEqual([`${bar(10, 10)} a`, `${bar(10, 10)} b`, ''])
  })
})
