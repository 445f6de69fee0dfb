/** What an owner's row says of making the index anew where nobody does. */
export const settledIndex = {
  key: 1,
  generation: 0,
  next_generation: 0,
  rebuilt_to: null,
} as const
