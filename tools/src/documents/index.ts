/**
 * Documents that are held to the code: `npm run docs -- --write` brings them up to date, `--check` (in `npm test`) refuses those that are
 * not.
 *
 * snippets       code blocks of guides and READMEs, which are pieces of files that tests run or that the platform itself runs
 * configuration  every environment variable of every service, from the classes that read them
 * commands       what each command says to --help
 * generators     what each generator takes
 * errors         every stable error code, from the types and the places that name them
 * metrics        every metric, from where it is made
 * architecture   C4 pictures, from the list of parts, the contracts and the imports
 * alerts         the page of docs/operating/alerts.yaml
 */
export { refreshedDocuments, writeDocuments, type Document } from './documents.ts';
export { blocksNotPulled, type CodeBlock } from './snippets.ts';
