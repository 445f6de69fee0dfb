/** A database's schema as steps that are only ever appended to, and which of them a database still lacks. Pure: it knows no engine. */
import { Fault } from './fault.ts'
import { sha256 } from './hash.ts'

/** One step of the schema, forward only. Once released it never changes: a later step corrects it. */
export interface Migration {
  /** Says what it brings: `refresh tokens by family`. */
  readonly name: string
  /** Any number of statements, without transaction control. */
  readonly sql: string
}

/** A step as the database's table `migration` has it, by its number from 1. */
export interface AppliedMigration {
  readonly number: number
  readonly name: string
  readonly digest: string
}

/**
 * The steps still to take, as they will be noted, after checking that those taken are ours.
 * @throws Fault `conflict` (`database_newer`, `database_foreign`) when the database is not one this program may write
 */
export function missingMigrations(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): readonly (Migration & AppliedMigration)[] {
  const newest = applied.at(-1)
  if (newest !== undefined && newest.number > migrations.length) {
    throw new Fault(
      'conflict',
      `The database was written by a newer version of this program (its schema is ${newest.number}, this program knows ${migrations.length}). Start that version, or restore a backup made before the upgrade.`,
      { code: 'database_newer' },
    )
  }
  for (const { number, name, digest } of applied) {
    const ours = migrations[number - 1]
    if (ours === undefined || sha256(ours.sql) !== digest) {
      throw new Fault(
        'conflict',
        `The database was not made by this program: its schema step ${number} (${name}) is another.`,
        { code: 'database_foreign' },
      )
    }
  }
  return migrations
    .slice(applied.length)
    .map((step, index) => ({ ...step, number: applied.length + index + 1, digest: sha256(step.sql) }))
}
