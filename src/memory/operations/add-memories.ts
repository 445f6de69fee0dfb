import type { MemoryId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { cut } from '../content.ts'
import { supersede } from '../correct.ts'
import { nearDuplicates } from '../near-duplicates.ts'
import type { Caller } from '../operation.ts'
import { namesFor, showWhole, toWire } from '../present.ts'
import { maskedNote, type NewMemory, type Remembered, remember } from '../remember.ts'
import type { MemoryServices } from '../services.ts'
import { parseOptionalTime } from '../time.ts'
import { Answer, Body, Input, Output } from './add-memories-schema.ts'
import { operation, read } from './define.ts'

/** Above this many texts in one call their near duplicates are not looked for. */
const mostCompared = 10
const similarCharacters = 200

export const addMemories = operation({
  name: 'add_memories',
  title: 'Remember',
  description:
    'Remember lasting facts the user tells or asks to keep: people, preferences, plans, dates. One self-contained fact a text, ' +
    'with names and dates. If it corrects a memory that search_memory found, give its id as supersedes. Do not store what you ' +
    'recalled from here, secrets or small talk.',
  effect: 'write',
  idempotent: true,
  scope: 'memories:write',
  tool: true,
  input: Input,
  output: Output,
  rest: [
    {
      method: 'post',
      path: '/memories/',
      operationId: 'createMemory',
      summary: 'Remember a text, or several in one transaction.',
      status: 200,
      body: Body,
      response: Answer,
      actions: true,
      toInput(wire) {
        const { user_id: _user, app: _app, ...input } = read(Body, wire.body)
        return input
      },
      toBody({ results }) {
        const [only, ...more] = results
        if (more.length === 0 && only?.memory !== undefined) {
          const { memory, ...rest } = only
          return { ...toWire(memory), ...rest }
        }
        return {
          results: results.map(({ memory, ...rest }) =>
            memory === undefined ? rest : { ...rest, memory: toWire(memory) },
          ),
        }
      },
    },
  ],
  async run(services, caller, input) {
    const items = itemsOf(input)
    const outcomes =
      input.supersedes === undefined
        ? await remember(services, caller, items, 'tool')
        : await correct(services, caller, input.supersedes, items)
    return { results: await told(services, caller, outcomes) }
  },
})

/** What is said of each text: the memory that it is now, what else happened to it, and what nearly says the same. */
async function told(services: MemoryServices, caller: Caller, outcomes: readonly Remembered[]) {
  const kept = outcomes.flatMap(({ memory }, at) => (memory === undefined ? [] : [{ at, memory }]))
  const memories = kept.map(({ memory }) => memory)
  const whole = showWhole(memories, await namesFor(services.appNames, memories))
  const shown = new Map(kept.map(({ at }, place) => [at, whole[place]]))
  const similar = outcomes.length > mostCompared ? [] : await similarTo(services, caller, outcomes)
  return outcomes.map(({ status, masked }, at) => {
    const [memory, near] = [shown.get(at), similar[at] ?? []]
    return {
      status,
      ...(memory === undefined ? {} : { memory }),
      ...(masked.length === 0 ? {} : { note: maskedNote(masked) }),
      ...(near.length === 0 ? {} : { similar: near }),
    }
  })
}

const similarTo = (services: MemoryServices, caller: Caller, outcomes: readonly Remembered[]) =>
  Promise.all(
    outcomes.map(async ({ status, memory }) => {
      if (status !== 'added' || memory === undefined) return []
      return (await nearDuplicates(services, caller, memory)).map(({ memory: near, likeness }) => ({
        id: near.id,
        text: cut(near.content, similarCharacters),
        likeness: Math.round(likeness * 100) / 100,
      }))
    }),
  )

async function correct(
  services: MemoryServices,
  caller: Caller,
  id: string,
  [item, ...more]: readonly NewMemory[],
): Promise<Remembered[]> {
  if (item === undefined || more.length > 0) {
    throw new Fault('invalid', 'supersedes goes with one text.', { field: 'supersedes' })
  }
  const { memory, masked } = await supersede(services, caller, id as MemoryId, item, 'tool')
  return [{ status: 'added', memory, masked }]
}

function itemsOf({ memories, text, ...shared }: typeof Input.static): NewMemory[] {
  if (memories !== undefined && text !== undefined) {
    throw new Fault('invalid', 'Send text, or memories, but not both.', { code: 'input_invalid', field: 'text' })
  }
  const items = memories ?? (text === undefined ? [] : [{ ...shared, text }])
  return items.map((item) => ({
    text: item.text,
    speaker: item.speaker,
    categories: item.categories,
    metadata: item.metadata,
    thread: item.thread,
    entities: item.entities,
    relations: item.relations,
    occurredAt: parseOptionalTime(item.occurred_at, 'occurred_at'),
  }))
}
