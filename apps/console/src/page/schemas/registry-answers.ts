/** What the schema registry answers, as far as the page shows it. */

export const REGISTRY = '/api/registry';

export interface SubjectVersion {
  readonly subject: string;
  readonly id: number;
  readonly version: number;
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

export interface CompatibilityAnswer {
  readonly is_compatible: boolean;
  readonly messages?: readonly string[];
}

/** JSON as people read it; another text, such as Protobuf, as it is. */
export function prettySchema(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export const versionsUrl = (subject: string): string => `${REGISTRY}/subjects/${encodeURIComponent(subject)}/versions`;
