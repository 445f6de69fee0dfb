/** Sessions where nobody signs in (AUTH=none): whoever reaches these pages is the owner. */
import type { OwnerId } from '../../shared/brand.ts'
import { Fault } from '../../shared/fault.ts'
import { equalSecrets } from '../../shared/hash.ts'
import type { Random } from '../../shared/random.ts'
import type { UiSettings } from '../dependencies.ts'
import { sessionCookie } from './cookies.ts'
import type { Session, Sessions } from './sessions.ts'

export function everyoneIsOwner(settings: UiSettings, random: Random): Sessions {
  // Other sites cannot read our pages, so they cannot know it; it is enough that it differs with each start.
  const formToken = random.token(32)
  const session: Session = {
    person: { ownerId: 'owner' as OwnerId, account: 'owner' },
    formToken,
    isGenuine: (sent) => equalSecrets(sent, formToken),
    accessToken: async () => undefined,
    async renewed() {
      throw new Fault(
        'unavailable',
        'The API asks for a sign-in that these pages do not have: set AUTH alike for both.',
      )
    },
  }
  return {
    open: async () => session,
    start: async () => sessionCookie('', settings, 0),
    end: async () => ({ cookie: sessionCookie('', settings, 0), tokens: undefined }),
  }
}
