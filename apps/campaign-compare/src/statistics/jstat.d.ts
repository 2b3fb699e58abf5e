/** What is used of jStat, which brings no types. */
declare module 'jstat' {
  const jstat: {
    /** The complementary error function. */
    erfc(x: number): number;
    readonly normal: {
      /** The quantile function. */
      inv(probability: number, mean: number, standardDeviation: number): number;
    };
  };
  export = jstat;
}
