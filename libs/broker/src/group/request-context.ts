/** What a handler needs to know of the request beside its body. */
export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** The peer's address, as DescribeGroups shows it: `/127.0.0.1`. */
  readonly clientHost: string;
}
