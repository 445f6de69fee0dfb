/**
 * Every number of the ranking in one place, with what it means. Each is a rule that can be told to a user. How each was found, and
 * what of it is in-sample: tests/bench/recall/README.md.
 */

/** So many items before one and after it in its thread are around it: the next counts as `neighbour`, the one after as `secondNeighbour`. */
export const reach = 2

export interface Recipe {
  /** BM25: how fast repeats stop counting, how much a long text is discounted. */
  readonly k1: number
  readonly b: number
  /** How much a text's own words count, the words around it and those of its whole thread. */
  readonly item: number
  readonly context: number
  readonly thread: number
  /** Within the words around it: those of the next neighbour and of the one after. */
  readonly neighbour: number
  readonly secondNeighbour: number
  /** How much of an assistant's words counts for the items beside them and for the thread: answers are long. */
  readonly assistantLends: number
  /** Names and numbers in a question count more. */
  readonly name: number
  /** A speaker's name in a question: it asks for what they said, and they seldom say their own name. */
  readonly speakerName: number
  /** `Mentioned`, `conversation`: that something was said, not what. */
  readonly saying: number
  /** Beside meaning, a common word's rarity is told as if an owner of no items had this many more; fewer, the more the owner has. */
  readonly priorItems: number
  /** At so many items half of `priorItems` are left. */
  readonly priorItemsHalvedAt: number
  /** The share of those that have the word. */
  readonly commonShare: number
  /** Pairs of hiragana: mostly endings and particles, the stop words of Japanese. */
  readonly kana: number
  /** Factors on an item's score. */
  readonly asksOnly: number
  readonly speakerAsked: number
  readonly assistant: number
  readonly document: number
  readonly standingWish: number
  readonly tellsTime: number
  readonly dateMatches: number
  /** How much of the score an exact quotation adds. */
  readonly quoted: number
  /** What the person's instruction that has most of the question's words gets besides. */
  readonly instruction: number
  /** The same where meaning is compared too, which finds such instructions by itself. */
  readonly instructionBesideMeaning: number
  /** How much of what saying a name adds an item gets that is linked to an entity of that name and does not say it. */
  readonly entity: number
  /** Beside meaning, the best by words is 1 if it has this share of what all of the question's words give; otherwise less. */
  readonly wordsShare: number
  /** At so many items a quarter of `wordsShare` is enough. */
  readonly wordsShareQuarteredAt: number
  /** How much what is most alike in meaning counts beside the best by words, which is 1. */
  readonly meaning: number
  /** The same where the names of who is asked were left out: a name draws whatever mentions it, the rest says what is meant. */
  readonly meaningNameless: number
  /** How much the meaning of each neighbour counts beside an item's own. */
  readonly meaningBeside: number
  /** The share that the meaning of the best passage has where one holds the item. */
  readonly passage: number
}

export const recipe: Recipe = {
  k1: 1.2,
  b: 0.75,
  item: 0.7,
  context: 1,
  thread: 1,
  neighbour: 1.2,
  secondNeighbour: 0.5,
  assistantLends: 0.2,
  name: 1,
  speakerName: 0.5,
  saying: 0.5,
  priorItems: 50,
  priorItemsHalvedAt: 100,
  commonShare: 0.6,
  kana: 0.2,
  asksOnly: 0.8,
  speakerAsked: 1.7,
  assistant: 0.5,
  document: 0.8,
  standingWish: 1.2,
  tellsTime: 1.3,
  dateMatches: 2.5,
  quoted: 0.3,
  instruction: 0.4,
  instructionBesideMeaning: 0.3,
  entity: 0.5,
  wordsShare: 0.65,
  wordsShareQuarteredAt: 100,
  meaning: 0.55,
  meaningNameless: 1,
  meaningBeside: 0.25,
  passage: 0.3,
}
