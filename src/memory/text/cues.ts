/**
 * The few words by which a text shows what it is for: a lasting wish, or the time of something. Lists per language, short on
 * purpose; each entry is a phrase as it is written in lower case. A language without a list loses the boost, nothing else.
 */
export interface Cues {
  /** How people state what should hold from now on: `always`, `I prefer`. */
  readonly standingWish: readonly string[]
  /** How people date what they tell: `yesterday`, `last week`. */
  readonly tellsTime: readonly string[]
  /** How people ask for a time: `when`, `how long`. */
  readonly asksTime: readonly string[]
  /** How people ask for what an assistant told them: `did you`, `your advice`. */
  readonly asksAssistant: readonly string[]
  /** How people ask for the whole of something, what they said and what they were told: `summarize`, `overview`. */
  readonly asksSummary: readonly string[]
  /**
   * The verbs of saying and the names of a conversation, in every form: in a question they say that something was said, not what. The
   * stop structure of a query, as Callan, Croft and Broglio call it (TREC and TIPSTER Experiments with INQUERY, 1995).
   */
  readonly saying: readonly string[]
  /** How a sentence begins that instructs for good: `always`, `from now on`. */
  readonly instruction: readonly string[]
  /** What may stand before that: `please`, `and`. */
  readonly please: readonly string[]
}

const months = {
  en: 'january february march april june july august september october november december',
  de: 'januar februar märz april mai juni juli august september oktober november dezember',
  fr: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
  es: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  it: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  pt: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
  nl: 'januari februari maart april mei juni juli augustus september oktober november december',
}
const days = {
  en: 'monday tuesday wednesday thursday friday saturday sunday',
  de: 'montag dienstag mittwoch donnerstag freitag samstag sonntag',
  fr: 'lundi mardi mercredi jeudi vendredi samedi dimanche',
  es: 'lunes martes miércoles jueves viernes sábado domingo',
  it: 'lunedì martedì mercoledì giovedì venerdì sabato domenica',
  pt: 'segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo',
  nl: 'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag',
}
const calendar = (code: keyof typeof months) => [...months[code].split(' '), ...days[code].split(' ')]

/** By ISO 639-1 code. */
export const cues: Readonly<Record<string, Cues>> = {
  en: {
    standingWish: [
      ...['always', 'never', 'i prefer', 'i like to', "i'd rather", 'i would rather', "i don't like", "i don't want"],
      ...['from now on', 'in the future', 'every time', 'whenever', 'make sure', 'remember to', 'please remember'],
    ],
    tellsTime: [
      ...calendar('en'),
      ...[
        'yesterday',
        'today',
        'tonight',
        'tomorrow',
        'last night',
        'last week',
        'last month',
        'last year',
        'last weekend',
      ],
      ...['next week', 'next month', 'next year', 'this week', 'this month', 'this weekend', 'this morning', 'ago'],
      ...['since', 'recently', 'just got', 'weekend', 'days', 'weeks', 'months', 'years'],
    ],
    asksTime: ['when', 'what date', 'what day', 'what year', 'what month', 'what time', 'how long', 'how many days'],
    asksAssistant: [
      'did you',
      'you suggested',
      'you recommended',
      'you said',
      'you told',
      'you gave',
      'you mentioned',
      'your advice',
      'your recommendation',
    ],
    asksSummary: ['summary', 'summaries', 'summarize', 'summarise', 'summed up', 'sum up', 'overview', 'recap'],
    saying: [
      ...'say says said saying tell tells told telling mention mentions mentioned mentioning discuss discusses discussed'.split(
        ' ',
      ),
      ...'discussing talk talks talked talking speak speaks spoke spoken speaking ask asks asked asking chat chats'.split(
        ' ',
      ),
      ...'chatted chatting conversation conversations discussion discussions'.split(' '),
    ],
    instruction: [
      'always',
      'never',
      'from now on',
      'in future',
      'in the future',
      'remember to',
      'make sure',
      'whenever',
      'every time',
      "don't ever",
      'do not ever',
    ],
    please: ['please', 'and', 'but', 'so', 'also'],
  },
  de: {
    standingWish: [
      'immer',
      'nie',
      'niemals',
      'ich bevorzuge',
      'lieber',
      'ab jetzt',
      'von nun an',
      'in zukunft',
      'jedes mal',
    ],
    tellsTime: [
      ...calendar('de'),
      'gestern',
      'heute',
      'morgen',
      'letzte woche',
      'letztes jahr',
      'nächste woche',
      'vor',
    ],
    asksTime: ['wann', 'an welchem tag', 'in welchem jahr', 'wie lange', 'seit wann'],
    asksAssistant: ['hast du', 'haben sie', 'du gesagt', 'du empfohlen', 'dein rat', 'deine empfehlung'],
    asksSummary: ['zusammenfassung', 'zusammenfassen', 'zusammengefasst', 'fasse', 'überblick'],
    saying: [
      ...'sage sagst sagt sagte sagten gesagt sagen erzähle erzählt erzählte erzählten erzählen erwähne erwähnt erwähnte'.split(
        ' ',
      ),
      ...'erwähnten erwähnen bespreche besprochen besprechen spreche spricht sprach sprachen gesprochen sprechen rede'.split(
        ' ',
      ),
      ...'redet redete geredet reden frage fragt fragte gefragt fragen gespräch gespräche gesprächen unterhaltung'.split(
        ' ',
      ),
      ...'unterhaltungen'.split(' '),
    ],
    instruction: [
      'immer',
      'nie',
      'niemals',
      'ab jetzt',
      'ab sofort',
      'von nun an',
      'in zukunft',
      'denk daran',
      'denke daran',
      'achte darauf',
      'jedes mal',
    ],
    please: ['bitte', 'und', 'aber', 'also', 'auch'],
  },
  fr: {
    standingWish: [
      'toujours',
      'jamais',
      'je préfère',
      "j'aime mieux",
      'désormais',
      'à partir de maintenant',
      'chaque fois',
    ],
    tellsTime: [
      ...calendar('fr'),
      'hier',
      "aujourd'hui",
      'demain',
      'semaine dernière',
      'an dernier',
      'il y a',
      'depuis',
    ],
    asksTime: ['quand', 'quel jour', 'quelle date', 'quelle année', 'combien de temps'],
    asksAssistant: ['as-tu', 'avez-vous', 'tu as', 'vous avez', 'ton conseil', 'votre conseil'],
    asksSummary: ['résumé', 'résumer', 'résume', 'résumez', 'récapitulatif', 'récapitule', "vue d'ensemble"],
    saying: [
      ...'dis dit dite dites disait disent dire raconte raconté racontée raconter mentionne mentionné mentionnée'.split(
        ' ',
      ),
      ...'mentionner discute discuté discuter parle parlé parlait parler demande demandé demander conversation'.split(
        ' ',
      ),
      ...'conversations discussion discussions'.split(' '),
    ],
    instruction: [
      'toujours',
      'jamais',
      'ne jamais',
      'désormais',
      'dorénavant',
      'à partir de maintenant',
      "à l'avenir",
      "n'oublie pas",
      "n'oubliez pas",
      'assure-toi',
      'assurez-vous',
      'chaque fois',
    ],
    please: ["s'il te plaît", "s'il vous plaît", 'et', 'mais', 'donc', 'aussi'],
  },
  es: {
    standingWish: ['siempre', 'nunca', 'prefiero', 'de ahora en adelante', 'a partir de ahora', 'cada vez'],
    tellsTime: [...calendar('es'), 'ayer', 'hoy', 'mañana', 'semana pasada', 'año pasado', 'hace', 'desde'],
    asksTime: ['cuándo', 'cuando', 'qué día', 'qué fecha', 'qué año', 'cuánto tiempo'],
    asksAssistant: ['me dijiste', 'me recomendaste', 'me sugeriste', 'tu consejo', 'tu recomendación'],
    asksSummary: ['resumen', 'resumir', 'resume', 'resúmeme', 'recapitula', 'visión general'],
    saying: [
      ...'digo dice dijo dije dijiste dicho decir cuento contó contado contar menciono mencionó mencioné mencionaste'.split(
        ' ',
      ),
      ...'mencionado mencionar hablo habló hablé hablamos hablado hablar pregunto preguntó pregunté preguntado preguntar'.split(
        ' ',
      ),
      ...'conversación conversaciones'.split(' '),
    ],
    instruction: [
      'siempre',
      'nunca',
      'jamás',
      'a partir de ahora',
      'de ahora en adelante',
      'en el futuro',
      'recuerda',
      'recuerde',
      'asegúrate',
      'asegúrese',
      'cada vez',
    ],
    please: ['por favor', 'y', 'pero', 'así que', 'también'],
  },
  it: {
    standingWish: ['sempre', 'mai', 'preferisco', "d'ora in poi", 'in futuro', 'ogni volta'],
    tellsTime: [...calendar('it'), 'ieri', 'oggi', 'domani', 'settimana scorsa', 'anno scorso', 'fa'],
    asksTime: ['quando', 'che giorno', 'che data', 'che anno', 'quanto tempo'],
    asksAssistant: ['mi hai', 'hai detto', 'hai consigliato', 'il tuo consiglio'],
    asksSummary: ['riassunto', 'riassumi', 'riassumere', 'riepilogo', 'riepiloga', 'panoramica'],
    saying: [
      ...'dico dice disse detto dire racconta raccontò raccontato raccontare menziona menzionò menzionato menzionare'.split(
        ' ',
      ),
      ...'parla parlò parlato parlare chiede chiese chiesto chiedere conversazione conversazioni discussione discussioni'.split(
        ' ',
      ),
    ],
    instruction: ['sempre', 'mai', "d'ora in poi", 'in futuro', 'ricorda', 'ricordati', 'assicurati', 'ogni volta'],
    please: ['per favore', 'e', 'ma', 'quindi', 'anche'],
  },
  pt: {
    standingWish: ['sempre', 'nunca', 'prefiro', 'de agora em diante', 'a partir de agora', 'cada vez'],
    tellsTime: [...calendar('pt'), 'ontem', 'hoje', 'amanhã', 'semana passada', 'ano passado', 'há', 'desde'],
    asksTime: ['quando', 'que dia', 'que data', 'que ano', 'quanto tempo'],
    asksAssistant: ['você disse', 'você recomendou', 'você sugeriu', 'seu conselho'],
    asksSummary: ['resumo', 'resumir', 'resuma', 'resume', 'recapitule', 'visão geral'],
    saying: [
      ...'digo diz disse dito dizer contou contado contar mencionou mencionei mencionado mencionar falou falei falamos'.split(
        ' ',
      ),
      ...'falado falar perguntou perguntei perguntado perguntar conversa conversas discussão discussões'.split(' '),
    ],
    instruction: [
      'sempre',
      'nunca',
      'jamais',
      'a partir de agora',
      'de agora em diante',
      'no futuro',
      'lembre-se',
      'lembra-te',
      'certifique-se',
      'cada vez',
    ],
    please: ['por favor', 'e', 'mas', 'então', 'também'],
  },
  nl: {
    standingWish: ['altijd', 'nooit', 'liever', 'ik geef de voorkeur', 'vanaf nu', 'voortaan', 'elke keer'],
    tellsTime: [...calendar('nl'), 'gisteren', 'vandaag', 'morgen', 'vorige week', 'vorig jaar', 'geleden'],
    asksTime: ['wanneer', 'welke dag', 'welke datum', 'welk jaar', 'hoe lang'],
    asksAssistant: ['heb je', 'je zei', 'je aanbeval', 'jouw advies'],
    asksSummary: ['samenvatting', 'samenvatten', 'vat', 'overzicht'],
    saying: [
      ...'zeg zegt zei zeiden gezegd zeggen vertel vertelt vertelde verteld vertellen noemde genoemd noemen bespreek'.split(
        ' ',
      ),
      ...'besprak besproken bespreken praat praatte gepraat praten sprak spraken gesproken spreken vraag vraagt vroeg'.split(
        ' ',
      ),
      ...'gevraagd vragen gesprek gesprekken'.split(' '),
    ],
    instruction: [
      'altijd',
      'nooit',
      'vanaf nu',
      'voortaan',
      'in de toekomst',
      'onthoud',
      'denk eraan',
      'zorg ervoor',
      'elke keer',
    ],
    please: ['alsjeblieft', 'alstublieft', 'en', 'maar', 'dus', 'ook'],
  },
}
