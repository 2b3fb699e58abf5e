/** placeholder until the seam is written */
export interface FileSystem {
  readonly name: string;
}
