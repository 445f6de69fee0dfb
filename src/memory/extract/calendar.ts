/** Names of months and days in the languages in which dates are read. A list, not the runtime's tables: those differ between runtimes. */
interface Calendar {
  /** January first, each with its short forms. */
  readonly months: readonly string[]
  /** Days of the week, yesterday, today, tomorrow. */
  readonly days: readonly string[]
}

const split = (text: string): readonly string[] => text.split(' ')

export const calendars: Readonly<Record<string, Calendar>> = {
  en: {
    months: split(
      'january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sep october|oct november|nov december|dec',
    ),
    days: split('sunday monday tuesday wednesday thursday friday saturday yesterday today tomorrow'),
  },
  de: {
    months: split(
      'januar|jan februar|feb märz|mär april|apr mai juni|jun juli|jul august|aug september|sept|sep oktober|okt november|nov dezember|dez',
    ),
    days: split('sonntag montag dienstag mittwoch donnerstag freitag samstag gestern heute morgen'),
  },
  fr: {
    months: split(
      'janvier|janv février|févr mars avril|avr mai juin juillet|juil août septembre|sept octobre|oct novembre|nov décembre|déc',
    ),
    days: split('dimanche lundi mardi mercredi jeudi vendredi samedi hier aujourd’hui demain'),
  },
  es: {
    months: split(
      'enero|ene febrero|feb marzo|mar abril|abr mayo|may junio|jun julio|jul agosto|ago septiembre|sept octubre|oct noviembre|nov diciembre|dic',
    ),
    days: split('domingo lunes martes miércoles jueves viernes sábado ayer hoy mañana'),
  },
  it: {
    months: split(
      'gennaio|gen febbraio|feb marzo|mar aprile|apr maggio|mag giugno|giu luglio|lug agosto|ago settembre|set ottobre|ott novembre|nov dicembre|dic',
    ),
    days: split('domenica lunedì martedì mercoledì giovedì venerdì sabato ieri oggi domani'),
  },
  pt: {
    months: split(
      'janeiro|jan fevereiro|fev março|mar abril|abr maio|mai junho|jun julho|jul agosto|ago setembro|set outubro|out novembro|nov dezembro|dez',
    ),
    days: split('domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado ontem hoje amanhã'),
  },
  nl: {
    months: split(
      'januari|jan februari|feb maart|mrt april|apr mei juni|jun juli|jul augustus|aug september|sep oktober|okt november|nov december|dec',
    ),
    days: split('zondag maandag dinsdag woensdag donderdag vrijdag zaterdag gisteren vandaag morgen'),
  },
  ru: {
    months: split(
      'января|январь|янв февраля|февраль|февр марта|март|мар апреля|апрель|апр мая|май июня|июнь|июн июля|июль|июл августа|август|авг сентября|сентябрь|сент октября|октябрь|окт ноября|ноябрь|нояб декабря|декабрь|дек',
    ),
    days: split('воскресенье понедельник вторник среда четверг пятница суббота вчера сегодня завтра'),
  },
}
