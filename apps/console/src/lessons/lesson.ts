/**
 * The shape of a lesson: its words, and how it begins. A lesson is one file; what it opens on its stage is closed by the stage, in
 * reverse order, so that a lesson has no end of its own. Each file `*.lesson.ts` of this room is one.
 */
import type { LessonStage } from './lesson-stage.ts';
import type { LessonDescription, Need } from './lesson-state.ts';

export interface Lesson extends Omit<LessonDescription, 'missing'> {
  /** Besides the broker. */
  readonly needs: readonly Need[];
  /**
   * Sets everything up without the fault, and goes on in the background until the stage is closed.
   * @param choice one of the lesson's choices; empty when it has none
   */
  begin(stage: LessonStage, choice: string): Promise<RunningLesson>;
  /** Undoes what a console that died left behind outside the stage's topics and tables. */
  restore?(stage: LessonStage): Promise<void>;
}

export interface RunningLesson {
  /** Causes the fault, or ends it. */
  setFault(isOn: boolean): Promise<void>;
}
