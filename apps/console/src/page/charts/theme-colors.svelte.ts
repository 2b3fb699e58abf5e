/** Colors of the theme for a canvas, which does not follow CSS. Read in an effect, they bring it back when the theme changes. */
export class ThemeColors {
  #changes = $state(0);

  /** Watches the theme until the returned function is called. */
  watch(): () => void {
    const query = matchMedia('(prefers-color-scheme: dark)');
    const onChange = (): void => {
      this.#changes += 1;
    };
    query.addEventListener('change', onChange);
    return () => query.removeEventListener('change', onChange);
  }

  of(name: string): string {
    if (this.#changes < 0) return '';
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }
}
