/** The first page of an instance. */
import { dashboardPage } from '../components/shell.tsx'
import type { OpenPage } from '../page.ts'

export const page: OpenPage = {
  access: 'anyone',
  async show({ person, ...visit }) {
    return dashboardPage({ title: 'Home', place: '/' }, visit, person, <h1>A memory of your own</h1>)
  },
}
