/** An address that a person typed wrong, in a page with ways back. */
import { Fault } from '../../shared/fault.ts'
import type { OpenPage } from '../page.ts'

export const page: OpenPage = {
  access: 'anyone',
  show: async () => {
    throw new Fault('not_found', 'Nothing is served at this address.')
  },
}
