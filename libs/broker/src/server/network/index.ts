/** Sockets, frames and back-pressure; knows frames, not requests. */
export { AnswerMemory, type AnswerClaim } from './answer-memory.ts';
export {
  CLOSE_CONNECTION,
  type Answer,
  type Connection,
  type ConnectionLimits,
  type RequestHandler,
} from './connection.ts';
export { FrameAssembler, FrameError } from './frame-assembler.ts';
export { Listener, type ListenerOptions } from './listener.ts';
export { MemoryBudget, MemoryTicket } from './memory-budget.ts';
