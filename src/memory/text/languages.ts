import { stemmer as arabic } from '@orama/stemmers/arabic'
import { stemmer as armenian } from '@orama/stemmers/armenian'
import { stemmer as bulgarian } from '@orama/stemmers/bulgarian'
import { stemmer as danish } from '@orama/stemmers/danish'
import { stemmer as dutch } from '@orama/stemmers/dutch'
import { stemmer as finnish } from '@orama/stemmers/finnish'
import { stemmer as french } from '@orama/stemmers/french'
import { stemmer as german } from '@orama/stemmers/german'
import { stemmer as greek } from '@orama/stemmers/greek'
import { stemmer as hungarian } from '@orama/stemmers/hungarian'
import { stemmer as indian } from '@orama/stemmers/indian'
import { stemmer as indonesian } from '@orama/stemmers/indonesian'
import { stemmer as irish } from '@orama/stemmers/irish'
import { stemmer as italian } from '@orama/stemmers/italian'
import { stemmer as lithuanian } from '@orama/stemmers/lithuanian'
import { stemmer as norwegian } from '@orama/stemmers/norwegian'
import { stemmer as portuguese } from '@orama/stemmers/portuguese'
import { stemmer as romanian } from '@orama/stemmers/romanian'
import { stemmer as russian } from '@orama/stemmers/russian'
import { stemmer as spanish } from '@orama/stemmers/spanish'
import { stemmer as swedish } from '@orama/stemmers/swedish'
import { stemmer as tamil } from '@orama/stemmers/tamil'
import { stemmer as turkish } from '@orama/stemmers/turkish'
import { stemmer as ukrainian } from '@orama/stemmers/ukrainian'
import { stopwords as arabicStops } from '@orama/stopwords/arabic'
import { stopwords as armenianStops } from '@orama/stopwords/armenian'
import { stopwords as bulgarianStops } from '@orama/stopwords/bulgarian'
import { stopwords as danishStops } from '@orama/stopwords/danish'
import { stopwords as dutchStops } from '@orama/stopwords/dutch'
import { stopwords as englishStops } from '@orama/stopwords/english'
import { stopwords as finnishStops } from '@orama/stopwords/finnish'
import { stopwords as frenchStops } from '@orama/stopwords/french'
import { stopwords as germanStops } from '@orama/stopwords/german'
import { stopwords as greekStops } from '@orama/stopwords/greek'
import { stopwords as hungarianStops } from '@orama/stopwords/hungarian'
import { stopwords as indianStops } from '@orama/stopwords/indian'
import { stopwords as indonesianStops } from '@orama/stopwords/indonesian'
import { stopwords as irishStops } from '@orama/stopwords/irish'
import { stopwords as italianStops } from '@orama/stopwords/italian'
import { stopwords as lithuanianStops } from '@orama/stopwords/lithuanian'
import { stopwords as norwegianStops } from '@orama/stopwords/norwegian'
import { stopwords as portugueseStops } from '@orama/stopwords/portuguese'
import { stopwords as romanianStops } from '@orama/stopwords/romanian'
import { stopwords as russianStops } from '@orama/stopwords/russian'
import { stopwords as spanishStops } from '@orama/stopwords/spanish'
import { stopwords as swedishStops } from '@orama/stopwords/swedish'
import { stopwords as tamilStops } from '@orama/stopwords/tamil'
import { stopwords as turkishStops } from '@orama/stopwords/turkish'
import { stopwords as ukrainianStops } from '@orama/stopwords/ukrainian'
import english from 'wink-porter2-stemmer'
import { regular } from './irregular.ts'

/** A writing system with spaces between words; what is written without spaces needs no stemmer (see words.ts). */
export type Script = 'latin' | 'cyrillic' | 'greek' | 'arabic' | 'armenian' | 'devanagari' | 'tamil'

export interface Language {
  /** ISO 639-1. */
  readonly code: string
  readonly script: Script
  readonly stem: (word: string) => string
  readonly stopWords: readonly string[]
}

const language = (code: string, script: Script, stem: (word: string) => string, stopWords: readonly string[]) =>
  ({ code, script, stem, stopWords }) satisfies Language

/**
 * The languages with a Snowball stemmer and a stop list. A language's place is stored with every indexed item: append only.
 * Within a script the first one is assumed when a text has no stop word to tell it by.
 */
export const languages: readonly Language[] = [
  language('en', 'latin', (word) => english(regular(word)), [...englishStops, 'a', "i'd", "i'll"]),
  language('de', 'latin', german, germanStops),
  language('fr', 'latin', french, frenchStops),
  language('es', 'latin', spanish, spanishStops),
  language('it', 'latin', italian, italianStops),
  language('pt', 'latin', portuguese, portugueseStops),
  language('nl', 'latin', dutch, dutchStops),
  language('sv', 'latin', swedish, swedishStops),
  language('da', 'latin', danish, danishStops),
  language('no', 'latin', norwegian, norwegianStops),
  language('fi', 'latin', finnish, finnishStops),
  language('hu', 'latin', hungarian, hungarianStops),
  language('ro', 'latin', romanian, romanianStops),
  language('tr', 'latin', turkish, turkishStops),
  language('id', 'latin', indonesian, indonesianStops),
  language('ga', 'latin', irish, irishStops),
  language('lt', 'latin', lithuanian, lithuanianStops),
  language('ru', 'cyrillic', russian, russianStops),
  language('uk', 'cyrillic', ukrainian, ukrainianStops),
  language('bg', 'cyrillic', bulgarian, bulgarianStops),
  language('el', 'greek', greek, greekStops),
  language('ar', 'arabic', arabic, arabicStops),
  language('hy', 'armenian', armenian, armenianStops),
  language('hi', 'devanagari', indian, indianStops),
  language('ta', 'tamil', tamil, tamilStops),
]
