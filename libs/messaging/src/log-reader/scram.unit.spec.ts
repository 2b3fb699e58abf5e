import { describe, expect, it } from '@jest/globals';
import { ScramExchange } from './scram.ts';

/** The example of RFC 7677. */
const example = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  proof: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};
const exchange = () => new ScramExchange('SCRAM-SHA-256', { username: 'user', password: 'pencil' }, example.nonce);

describe('a SCRAM exchange', () => {
  it('is that of the example of RFC 7677', async () => {
    const exchanged = exchange();
    expect(exchanged.first()).toBe(`n,,n=user,r=${example.nonce}`);
    expect(await exchanged.proof(example.serverFirst)).toBe(example.proof);
    expect(() => exchanged.verify(example.serverFinal)).not.toThrow();
  });

  it('escapes what separates attributes within a name', () => {
    const first = new ScramExchange('SCRAM-SHA-512', { username: 'a=b,c', password: '' }, 'nonce').first();
    expect(first).toBe('n,,n=a=3Db=2Cc,r=nonce');
  });

  it('uses a nonce of its own each time', () => {
    const first = () => new ScramExchange('SCRAM-SHA-256', { username: 'user', password: '' }).first();
    expect(first()).not.toBe(first());
  });

  it.each([
    ['another nonce', 'r=another,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096'],
    ['a nonce without a part of its own', `r=${example.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ['no salt', example.serverFirst.replace(/s=[^,]+,/, '')],
    ['few iterations', example.serverFirst.replace('4096', '1')],
    ['endlessly many', example.serverFirst.replace('4096', '999999999')],
    ['nothing', ''],
  ])('answers no server that begins with %s', async (_what, serverFirst) => {
    await expect(exchange().proof(serverFirst)).rejects.toThrow();
  });

  it('does not believe a server that cannot prove the password', async () => {
    const exchanged = exchange();
    await exchanged.proof(example.serverFirst);
    expect(() => exchanged.verify(`v=${Buffer.alloc(32).toString('base64')}`)).toThrow('did not prove');
    expect(() => exchanged.verify('e=other-error')).toThrow('other-error');
    expect(() => exchange().verify(example.serverFinal)).toThrow('did not prove');
  });
});
