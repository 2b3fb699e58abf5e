/** The package.json that users of a package get. */
import type { ExportTarget, Manifest } from './publishable.ts';

/** Leads to sources of this workspace: a user's compiler that asks for it, too, must not find it. */
const SOURCE_CONDITION = '@headwater/source';

/** What only the workspace reads. */
const ownFields: ReadonlySet<string> = new Set(['devDependencies', 'headwater', 'nx', 'publishConfig']);

const withoutSource = (target: ExportTarget): ExportTarget =>
  typeof target === 'string'
    ? target
    : Object.fromEntries(Object.entries(target).filter(([condition]) => condition !== SOURCE_CONDITION));

/** Packages of this workspace are released together: a user may take a later one that is compatible. */
const rangeOf = (name: string, version: string): string =>
  name.startsWith('@headwater/') ? `^${version.replace(/^\^/, '')}` : version;

/** Leaves out what is the workspace's own, and puts in what `publishConfig` says. */
export function publishedManifest(manifest: Manifest): Manifest {
  const published = { ...manifest, ...manifest.publishConfig };
  const { exports, dependencies } = published;
  return {
    ...(Object.fromEntries(
      Object.entries(published).filter(([field]) => !ownFields.has(field)),
    ) as unknown as Manifest),
    files: [...(published.files ?? []), 'CHANGELOG.md'],
    ...(exports && {
      exports: Object.fromEntries(Object.entries(exports).map(([entry, target]) => [entry, withoutSource(target)])),
    }),
    ...(dependencies && {
      dependencies: Object.fromEntries(
        Object.entries(dependencies).map(([name, version]) => [name, rangeOf(name, version)]),
      ),
    }),
  };
}
