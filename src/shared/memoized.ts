/**
 * A pure function from text to text that keeps what it gave, for texts that come again and again. At `most` answers all are forgotten
 * at once: to know which was asked for last would cost more than to make them anew.
 */
export function memoized(most: number, make: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    let made = known.get(text)
    if (made === undefined) {
      if (known.size >= most) known.clear()
      made = make(text)
      known.set(text, made)
    }
    return made
  }
}
