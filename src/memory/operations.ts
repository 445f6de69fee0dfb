/** What a person can do with their memory: the one list that MCP tools, REST routes and OpenAPI are derived from. */
import type { AnyOperation } from './operation.ts'
import { accessDays, accessLog, relatedMemories } from './operations/about-memory.ts'
import { addMemories } from './operations/add-memories.ts'
import { readAppAccess, setAppAccess } from './operations/app-access.ts'
import { listAppAccessed, listAppMemories } from './operations/app-memories.ts'
import { listApps, readApp, updateApp } from './operations/apps.ts'
import { exportBackup, importBackup } from './operations/backup.ts'
import { connectedMemories } from './operations/connected-memories.ts'
import { mergeMemories, supersedeMemory, undoChange } from './operations/corrections.ts'
import { fetchMemory, search } from './operations/deep-research.ts'
import { deleteAccount } from './operations/delete-account.ts'
import { deleteAllMemories, deleteMemories } from './operations/delete-memories.ts'
import { entityPaths } from './operations/entity-paths.ts'
import { entityTimeline } from './operations/entity-timeline.ts'
import { listEntities } from './operations/list-entities.ts'
import { listMemories } from './operations/list-memories.ts'
import { memoryHistory } from './operations/memory-history.ts'
import { memoryKnowledge } from './operations/memory-knowledge.ts'
import { readMemory, updateMemory } from './operations/one-memory.ts'
import { listCategories, memoryStats } from './operations/overview.ts'
import { changeSettings, readSettings, resetSettings } from './operations/preferences.ts'
import { searchMemory } from './operations/search-memory.ts'
import { archiveMemories, pauseMemories } from './operations/states.ts'
import { whoami } from './operations/whoami.ts'
import type { MemoryServices } from './services.ts'

export const operations: readonly AnyOperation<MemoryServices>[] = [
  addMemories,
  searchMemory,
  listMemories,
  listCategories,
  readMemory,
  updateMemory,
  deleteMemories,
  deleteAllMemories,
  search,
  fetchMemory,
  whoami,
  memoryStats,
  archiveMemories,
  pauseMemories,
  relatedMemories,
  accessLog,
  accessDays,
  memoryHistory,
  supersedeMemory,
  mergeMemories,
  undoChange,
  listEntities,
  entityTimeline,
  entityPaths,
  connectedMemories,
  memoryKnowledge,
  listApps,
  readApp,
  updateApp,
  readAppAccess,
  setAppAccess,
  listAppMemories,
  listAppAccessed,
  readSettings,
  changeSettings,
  resetSettings,
  deleteAccount,
  exportBackup,
  importBackup,
]
