/** Participles whose verb no rule finds. */
const irregular: Readonly<Record<string, string>> = {
  added: 'add',
  begun: 'begin',
  bought: 'buy',
  built: 'build',
  cancelled: 'cancel',
  changed: 'change',
  chosen: 'choose',
  done: 'do',
  drawn: 'draw',
  found: 'find',
  given: 'give',
  held: 'hold',
  kept: 'keep',
  left: 'leave',
  lost: 'lose',
  made: 'make',
  met: 'meet',
  paid: 'pay',
  put: 'put',
  read: 'read',
  seen: 'see',
  sent: 'send',
  set: 'set',
  sold: 'sell',
  taken: 'take',
  told: 'tell',
  withdrawn: 'withdraw',
  won: 'win',
  written: 'write',
};

/** shipp, submitt: the last letter was doubled before -ed. */
const doubled = /([bdgkmnprt])\1$/;
/** plac, creat, clos: the verb ends with an e. */
const losesItsE = /([cuvz]|[^s]s|[dr]g|at|let|ot|[^e]ar|[^a]ir|ur|nam|sum|[^ao]in|[bdfgkpt]l|ul)$/;

/** placed → place, paid → pay, shipped → ship, created → create, added → add. What is no participle stays as it is. */
export function verbOf(participle: string): string {
  const known = irregular[participle];
  if (known !== undefined) return known;
  if (/[^aeiou]ied$/.test(participle)) return participle.replace(/ied$/, 'y');
  if (!participle.endsWith('ed')) return participle;
  const stem = participle.slice(0, -2);
  if (doubled.test(stem)) return stem.slice(0, -1);
  return losesItsE.test(stem) ? `${stem}e` : stem;
}
