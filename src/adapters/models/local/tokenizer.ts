import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Tokenizer } from '@huggingface/tokenizers'
import type { LocalModel } from './describe.ts'
import { tokenizerFile } from './files.ts'
import { readRemembered } from './remembered.ts'
import { ModelUnusable } from './unusable.ts'

/** A token of BERT's kind is at most 100 characters of a word, and a long text is cut before it is split: 1 MB takes a second. */
const charactersPerToken = 64

export interface Tokens {
  readonly size: number
  /** The ids of a text, special tokens around it, at most `tokenLimit` of them: the end of a longer text is left out. */
  idsOf(text: string): number[]
}

/** @throws ModelUnusable when tokenizer.json is damaged, of a kind that is not known, or of another model */
export async function openTokenizer({ folder, tokenLimit, vocabulary }: LocalModel): Promise<Tokens> {
  const [definition, settings] = await Promise.all([
    readRemembered(folder, tokenizerFile),
    readFile(join(folder, 'tokenizer_config.json'), 'utf8').catch(() => '{}'),
  ])
  const { tokenizer, around } = open(definition.toString('utf8'), settings)
  const size = tokenizer.get_vocab().size
  if (vocabulary !== undefined && size > vocabulary) {
    throw new ModelUnusable(`${tokenizerFile} is of another model: it has ${size} tokens, the network ${vocabulary}`)
  }
  const room = tokenLimit - around.before.length - around.after.length
  return {
    size,
    idsOf(text) {
      const { ids } = tokenizer.encode(text.slice(0, tokenLimit * charactersPerToken), { add_special_tokens: false })
      return [...around.before, ...ids.slice(0, room), ...around.after]
    },
  }
}

function open(definition: string, settings: string) {
  try {
    const tokenizer = new Tokenizer(JSON.parse(definition), JSON.parse(settings))
    return { tokenizer, around: specialTokens(tokenizer) }
  } catch (cause) {
    throw new ModelUnusable(`${tokenizerFile} is damaged or of a kind that is not known`, { cause })
  }
}

/** What the tokenizer puts before and behind every text: `[CLS]` and `[SEP]`, `<s>` and `</s>`. */
function specialTokens(tokenizer: Tokenizer) {
  const probe = 'a'
  const bare = tokenizer.encode(probe, { add_special_tokens: false }).ids
  const whole = tokenizer.encode(probe).ids
  const at = whole.findIndex((_, start) => bare.every((id, i) => whole[start + i] === id))
  return { before: whole.slice(0, at), after: whole.slice(at + bare.length) }
}
