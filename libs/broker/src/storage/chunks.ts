/** A sequence of bytes in pieces, never joined: the pieces that the socket or the file gave. */
export type Chunks = readonly Buffer[];
