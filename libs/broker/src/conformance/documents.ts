import { answeredVersions } from '../server/index.ts';
import { renderConfigurationDocument } from './configuration-document.ts';
import { renderConformanceDocument } from './conformance-document.ts';
import { renderKafkaApiDocument } from './kafka-api-document.ts';

/** The generated documents by their names in docs/. */
export function renderDocuments(): ReadonlyMap<string, string> {
  return new Map([
    ['broker-configuration.md', renderConfigurationDocument()],
    ['conformance.md', renderConformanceDocument()],
    ['kafka-api.md', renderKafkaApiDocument(answeredVersions())],
  ]);
}
