import path from 'node:path';
import { generateFiles, OverwriteStrategy, readJson, type Tree } from '@nx/devkit';
import { wordOf } from '../naming/index.ts';
import { SourceText } from '../source/index.ts';
import { Workspace, type Manifest, type ServiceSection, type TopicFacts } from '../workspace/index.ts';

const FIRST_MIGRATION = 1_764_000_000_000;

/** Where the topics stand that are handled. */
export const REDRIVE = 'RedriveModule.forRootAsync';

/** How a source names a topic. */
export const mentionOf = ({ name }: Pick<TopicFacts, 'name'>): string =>
  `topics.${wordOf(name, 'the name of a topic').camel}`;

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

  /** What there is in TypeScript, by the place in the service. */
  sources(folder = '.'): { readonly file: string; readonly text: string }[] {
    const place = path.posix.join(this.folder, folder);
    if (!this.tree.exists(place)) return [];
    return this.tree.children(place).flatMap((name) => {
      const file = path.posix.join(folder, name);
      if (!this.tree.isFile(`${this.folder}/${file}`)) return name === 'dist' ? [] : this.sources(file);
      return name.endsWith('.ts') ? [{ file, text: this.read(file) }] : [];
    });
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
    this.rewriteFixture({ database: undefined }, { database: this.database });
  }

  /** The reverse of `needDatabase`. */
  dropDatabase(): void {
    this.rewriteFixture({ database: this.database }, { database: undefined });
    this.editModule((module) => module.drop(['DatabaseModule']));
    this.edit('src/service.ts', (source) => source.drop(['DatabaseConfig']));
    const manifest = this.manifest();
    const { database: _, ...section } = manifest.headwater!;
    this.writeManifest({ ...manifest, headwater: section });
  }

  /** The reverse of `dependOn`. */
  dependNoMoreOn(...packages: readonly string[]): void {
    const manifest = this.manifest();
    const left = Object.entries(manifest.dependencies ?? {}).filter(([name]) => !packages.includes(name));
    if (left.length === Object.keys(manifest.dependencies ?? {}).length) return;
    this.writeManifest({ ...manifest, dependencies: Object.fromEntries(left) });
    const gone = this.projectsOf(packages);
    this.editReferences((references) => references.filter(({ path }) => !gone.includes(path)));
  }

  /** A topic is handled: the inbox's entries are in the database, and messages that cannot be applied wait there for an operator. */
  needInbox(topic: TopicFacts): void {
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
        )
        .import(this.workspace.contracts, 'topics');
      if (module.has(REDRIVE)) module.addTo(REDRIVE, 'topics', mentionOf(topic));
      else
        module.import('@headwater/messaging', 'RedriveModule').addTo(
          'Module',
          'imports',
          `${REDRIVE}({
            inject: [DataSource],
            useFactory: (dataSource: DataSource) => ({ topics: [${mentionOf(topic)}], dataSource }),
          })`,
        );
    });
  }

  /** The reverse of `needInbox`, when no topic is handled any more. */
  dropInbox(): void {
    this.editModule((module) => {
      module
        .drop(['RedriveModule'])
        .dropProperty('MessagingModule.forRootAsync', 'dataSource')
        .dropInjection('MessagingModule.forRootAsync', 'DataSource', 'dataSource')
        .drop(['CreateInbox1700000000000', 'CreateParkedMessages1700000000001']);
    });
  }

  /** A migration that makes a table, unless it is there. */
  addTable(table: string, columns: readonly string[]): void {
    const file = `create-${table.replaceAll('_', '-')}`;
    if (this.exists(`src/migrations/${file}.migration.ts`)) return;
    const numbers = this.sources('src/migrations').map(({ text }) =>
      Number(/class \w*?(\d{13}) /.exec(text)?.[1] ?? 0),
    );
    const words = file.split('-').map(always.capital).join('');
    // TypeORM runs them in order of the number that their names end with.
    const migration = `${words}${Math.max(FIRST_MIGRATION - 1000, ...numbers) + 1000}`;
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
    const projects = this.projectsOf(packages).map((place) => ({ path: place }));
    this.editReferences((references) =>
      [...references, ...projects].sort((one, other) => (one.path < other.path ? -1 : 1)),
    );
  }

  /** The folders of the workspace's own projects among packages, as the service's tsconfig.json names them. */
  private projectsOf(packages: readonly string[]): string[] {
    return this.tree
      .children('libs')
      .filter((lib) => this.tree.exists(`libs/${lib}/tsconfig.json`))
      .filter((lib) => packages.includes(readJson<Manifest>(this.tree, `libs/${lib}/package.json`).name))
      .map((lib) => `../../libs/${lib}`);
  }

  private editReferences(change: (references: readonly Reference[]) => readonly Reference[]): void {
    const file = `${this.folder}/tsconfig.json`;
    const config = readJson<{ references: Reference[] }>(this.tree, file);
    const references = change(config.references);
    if (references.length === config.references.length) return;
    this.tree.write(file, `${JSON.stringify({ ...config, references }, undefined, 2)}\n`);
  }

  /** A fixture that nobody has edited is written anew; one that was edited is its author's. */
  private rewriteFixture(before: Fixture, now: Fixture): void {
    const file = 'fixtures/service-under-test.ts';
    const text = this.read(file);
    const rendered = (fixture: Fixture): string => {
      this.tree.delete(`${this.folder}/${file}`);
      this.render('fixture', 'fixtures', { ...fixture });
      return this.read(file);
    };
    if (rendered(before) === text) rendered(now);
    else this.tree.write(`${this.folder}/${file}`, text);
  }
}

interface Reference {
  readonly path: string;
}

interface Fixture {
  readonly database: string | undefined;
}
