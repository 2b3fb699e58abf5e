/** Made when the page is built, of excerpts by lesson: see lessons/lesson-code-plugin.ts of the console. */
declare module 'virtual:lesson-code' {
  interface Excerpt {
    readonly file: string;
    readonly symbol?: string;
    readonly about: string;
    readonly line: number;
    readonly text: string;
  }
  export const code: Readonly<Record<string, readonly Excerpt[]>>;
}
