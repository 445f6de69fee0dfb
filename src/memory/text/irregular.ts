/**
 * English words whose forms no stemmer brings together, because another word stands in: `bought` is asked for with `buy`.
 * Every irregular verb in common use and the plurals with a changed stem. Forms that are more often another word (`rose`,
 * `ground`, `lay`, `bore`, `wound`) are left out. Each line: the word, then its forms.
 */
const lines = `
arise arose arisen; awake awoke awoken; beat beaten; become became; begin began begun; bend bent; bet; bind bound; bite bit bitten;
bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought; catch caught;
choose chose chosen; cling clung; come came; creep crept; deal dealt; dig dug; draw drew drawn; dream dreamt; drink drank drunk;
drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found; flee fled; fly flew flown;
forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got gotten; give gave given;
go went gone; grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep kept; kneel knelt; know knew known; lead led;
lean leant; leap leapt; learn learnt; leave left; lend lent; light lit; lose lost; make made; mean meant; meet met;
mistake mistook mistaken; pay paid; prove proven; ride rode ridden; ring rang rung; rise risen; run ran; say said; see saw seen;
seek sought; sell sold; send sent; sew sewn; shake shook shaken; shine shone; shoot shot; show shown; shrink shrank shrunk;
sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; speak spoke spoken; speed sped; spell spelt; spend spent;
spill spilt; spin spun; spit spat; spoil spoilt; spring sprang sprung; stand stood; steal stole stolen; stick stuck; sting stung;
strike struck; strive strove striven; swear swore sworn; sweep swept; swell swollen; swim swam swum; swing swung; take took taken;
teach taught; tear tore torn; tell told; think thought; throw threw thrown; tread trod trodden; understand understood; undergo underwent;
upset; wake woke woken; wear wore worn; weave wove woven; weep wept; win won; withdraw withdrew withdrawn; write wrote written;
overcome overcame; rebuild rebuilt; rewrite rewrote rewritten; redo redid redone;
child children; man men; woman women; person people; foot feet; tooth teeth; mouse mice; goose geese; wife wives; knife knives;
half halves; wolf wolves; shelf shelves; thief thieves; loaf loaves; calf calves; scarf scarves; grandchild grandchildren
`

const words = new Map(
  lines.split(';').flatMap((line) => {
    const [word = '', ...forms] = line.trim().split(/\s+/)
    return forms.map((form): [string, string] => [form, word])
  }),
)

/** The word that a lower-case English form stands for; the form itself where a stemmer knows better. */
export const regular = (form: string): string => words.get(form) ?? form
