/** The lint rules of this house, as a plugin of the linter: `house/…` in .oxlintrc.json. */
import { directions } from './directions.js';

const banned = (nodeType, message) => ({
  meta: { type: 'suggestion', docs: { description: message }, schema: [] },
  create: (context) => ({ [nodeType]: (node) => context.report({ node, message }) }),
});

export default {
  meta: { name: 'house' },
  rules: {
    directions,
    'no-enum': banned('TSEnumDeclaration', 'Use an `as const` object and a union type instead of an enum.'),
    'named-exports': banned('ExportDefaultDeclaration', 'Export by name, so that every importer uses the same word.'),
  },
};
