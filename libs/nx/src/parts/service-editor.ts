import path from 'node:path';
import { generateFiles, OverwriteStrategy, readJson, type Tree } from '@nx/devkit';
import { SourceText } from '../source/index.ts';
import { Workspace, type Manifest, type ServiceSection } from '../workspace/index.ts';

const templates = path.join(import.meta.dirname, '../../templates');

/** What templates may ask for, whatever else they are given. */
const always = { capital: (text: string): string => text.charAt(0).toUpperCase() + text.slice(1) };

/** One service on the tree, and the ways in which parts change it. */
export class ServiceEditor {
  readonly tree: Tree;
  readonly folder: string;

  constructor(
    readonly workspace: Workspace,
    readonly name: string,
  ) {
    this.tree = workspace.tree;
    this.folder = `apps/${name}`;
  }

  get database(): string | undefined {
    return this.workspace.manifestOf(this.name)?.headwater?.database;
  }

  exists(file: string): boolean {
    return this.tree.exists(`${this.folder}/${file}`);
  }

  read(file: string): string {
    return this.tree.read(`${this.folder}/${file}`, 'utf8') ?? '';
  }

  /** Renders the files of a template into a folder of the service. What is there stays. */
  render(template: string, folder: string, substitutions: Readonly<Record<string, unknown>>): void {
    const values = { ...always, contracts: this.workspace.contracts, ...substitutions };
    generateFiles(this.tree, path.join(templates, template), path.posix.join(this.folder, folder), values, {
      overwriteStrategy: OverwriteStrategy.KeepExisting,
    });
  }

  /** Edits a source of the service. */
  edit(file: string, change: (source: SourceText) => void): void {
    const place = `${this.folder}/${file}`;
    const text = this.read(file);
    const source = new SourceText(place, text);
    change(source);
    if (source.toString() !== text) this.tree.write(place, source.toString());
  }

  editModule(change: (module: SourceText) => void): void {
    this.edit('src/app.module.ts', change);
  }

  /** The service needs packages: they are entered with the versions that are installed. */
  dependOn(...packages: readonly string[]): void {
    const manifest = this.manifest();
    const missing = packages.filter((name) => manifest.dependencies?.[name] === undefined);
    if (missing.length === 0) return;
    const added = Object.fromEntries(missing.map((name) => [name, this.workspace.versionOf(name)]));
    const all = Object.entries({ ...manifest.dependencies, ...added }).sort(([one], [other]) => (one < other ? -1 : 1));
    this.writeManifest({ ...manifest, dependencies: Object.fromEntries(all) });
    this.reference(missing);
  }

  /** The service has a database of its own from now on. */
  needDatabase(): void {
    this.dependOn('pg', 'typeorm');
    const manifest = this.manifest();
    if (manifest.headwater && manifest.headwater.database === undefined) {
      const { port, about, cases, ...others } = manifest.headwater;
      const section: ServiceSection = {
        port,
        about,
        ...(cases ? { cases } : {}),
        database: this.name.replaceAll('-', '_'),
        ...others,
      };
      this.writeManifest({ ...manifest, headwater: section });
    }
    this.edit('src/service.ts', (source) =>
      source.import('@headwater/service-kit', 'DatabaseConfig').addTo('service', 'configs', 'DatabaseConfig'),
    );
    this.editModule((module) => {
      if (module.has('DatabaseModule.forRoot(')) return;
      module
        .import('@headwater/service-kit', 'DatabaseModule')
        .addFirst('Module', 'imports', 'DatabaseModule.forRoot({ migrations: [] })');
    });
    this.giveFixtureItsDatabase();
  }

  /** Messages that cannot be applied wait in the database, and so do the inbox's entries. */
  needInbox(): void {
    this.needDatabase();
    this.dependOn('@nestjs/microservices');
    this.editModule((module) => {
      module
        .import('@headwater/messaging', 'CreateInbox1700000000000', 'CreateParkedMessages1700000000001')
        .import('typeorm', 'DataSource')
        .addTo('DatabaseModule.forRoot', 'migrations', 'CreateInbox1700000000000', 'CreateParkedMessages1700000000001')
        .addInjection('MessagingModule.forRootAsync', 'DataSource', 'dataSource: DataSource')
        .addProperty(
          'MessagingModule.forRootAsync',
          'dataSource',
          'A message that cannot be applied waits with all that follows on its key; others go on.',
        );
    });
  }

  /** A migration that makes a table. @returns whether it was not there before */
  addTable(table: string, columns: readonly string[]): void {
    const file = `create-${table.replaceAll('_', '-')}`;
    if (this.exists(`src/migrations/${file}.migration.ts`)) return;
    const folder = `${this.folder}/src/migrations`;
    const earlier = this.tree.exists(folder) ? this.tree.children(folder).length : 0;
    const words = file.split('-').map(always.capital).join('');
    // TypeORM runs them in order of the number that their names end with.
    const migration = `${words}${1_764_000_000_000 + earlier * 1000}`;
    this.render('migration', 'src/migrations', { file, migration, table, columns });
    this.editModule((module) => {
      module
        .import(`./migrations/${file}.migration.ts`, migration)
        .addTo('DatabaseModule.forRoot', 'migrations', migration);
    });
  }

  private manifest(): Manifest {
    return readJson<Manifest>(this.tree, `${this.folder}/package.json`);
  }

  private writeManifest(manifest: Manifest): void {
    this.tree.write(`${this.folder}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
  }

  /** Projects of the workspace among the packages are built before. */
  private reference(packages: readonly string[]): void {
    const projects = this.tree
      .children('libs')
      .filter((lib) => this.tree.exists(`libs/${lib}/tsconfig.json`))
      .filter((lib) => packages.includes(readJson<Manifest>(this.tree, `libs/${lib}/package.json`).name))
      .map((lib) => ({ path: `../../libs/${lib}` }));
    if (projects.length === 0) return;
    const file = `${this.folder}/tsconfig.json`;
    const config = readJson<{ references: { path: string }[] }>(this.tree, file);
    const references = [...config.references, ...projects].sort((one, other) => (one.path < other.path ? -1 : 1));
    this.tree.write(file, `${JSON.stringify({ ...config, references }, undefined, 2)}\n`);
  }

  /** A fixture that nobody has edited is written anew; one that was edited is its author's. */
  private giveFixtureItsDatabase(): void {
    const file = 'fixtures/service-under-test.ts';
    const text = this.read(file);
    if (text.includes('startPostgres')) return;
    this.tree.delete(`${this.folder}/${file}`);
    this.render('fixture', 'fixtures', { database: undefined });
    const untouched = this.read(file) === text;
    this.tree.delete(`${this.folder}/${file}`);
    if (untouched) this.render('fixture', 'fixtures', { database: this.database });
    else this.tree.write(`${this.folder}/${file}`, text);
  }
}
