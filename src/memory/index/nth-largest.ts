/**
 * The `n`th largest of numbers, from 1: found by parting them again and again (Hoare, Algorithm 65: Find, 1961), since sorting
 * thousands for one of them takes several times as long. `numbers` are put into another order. Of more than there are: the least.
 */
export function nthLargest(numbers: Float32Array, n: number): number {
  const place = Math.max(0, numbers.length - n)
  let from = 0
  let to = numbers.length - 1
  while (from < to) {
    const middle = numbers[(from + to) >> 1] as number
    let low = from
    let high = to
    while (low <= high) {
      while ((numbers[low] as number) < middle) low++
      while ((numbers[high] as number) > middle) high--
      if (low > high) break
      const kept = numbers[low] as number
      numbers[low++] = numbers[high] as number
      numbers[high--] = kept
    }
    if (place <= high) to = high
    else if (place >= low) from = low
    else break
  }
  return numbers[place] as number
}
