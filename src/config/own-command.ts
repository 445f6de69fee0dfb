/** How a person calls the commands of the program that runs here. */
import { basename } from 'node:path'

/** Whether a runtime was given the source, so that there is no command `souvenir`. */
export const fromSource = /^(bun|deno|node)(\.exe)?$/.test(basename(process.execPath))

/** What stands before a command's name in what people are told to run; SOUVENIR_COMMAND says it where it is neither. */
export const ownCommand = fromSource ? 'npx bun src/main.ts' : 'souvenir'
