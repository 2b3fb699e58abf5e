/** Where clients reach the coordinator: on a single node, always this broker. */
export interface CoordinatorNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}
