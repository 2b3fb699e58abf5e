/** The client's side of SCRAM (RFC 5802, RFC 7677): proves to know a password without sending it, and has the server prove the same. */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { SaslCredentials } from '../client/index.ts';

const hashes = {
  'SCRAM-SHA-256': { name: 'sha256', bytes: 32 },
  'SCRAM-SHA-512': { name: 'sha512', bytes: 64 },
} as const;
const nonceBytes = 24;
/** `n,,`: no channel binding, no other name to act under; and the same in base64. */
const bindingHeader = 'n,,';
const bindingAgain = Buffer.from(bindingHeader).toString('base64');
/** Fewer give a password away (RFC 7677), more only keep the client busy. */
const iterations = { least: 4096, most: 1_000_000 };

const derive = promisify(pbkdf2);

/** One exchange: the first message, then an answer to each of the server's. */
export class ScramExchange {
  private readonly hash: (typeof hashes)[keyof typeof hashes];
  private expectedSignature: Buffer | undefined;

  constructor(
    mechanism: keyof typeof hashes,
    private readonly credentials: Pick<SaslCredentials, 'username' | 'password'>,
    private readonly nonce = randomBytes(nonceBytes).toString('base64'),
  ) {
    this.hash = hashes[mechanism];
  }

  first(): string {
    return bindingHeader + this.firstWithoutHeader;
  }

  /** Answers the server's first message with the proof. @throws when it is none, or asks for what is not safe. */
  async proof(serverFirst: string): Promise<string> {
    const { r: nonce = '', s: salt = '', i: rounds = '' } = attributesOf(serverFirst);
    if (!nonce.startsWith(this.nonce) || nonce === this.nonce || salt === '')
      throw new Error('the broker answered another SCRAM exchange than this one');
    const count = Number(rounds);
    if (!(count >= iterations.least && count <= iterations.most))
      throw new Error(
        `the broker asks for ${rounds} SCRAM iterations; ${iterations.least} to ${iterations.most} are done`,
      );
    const { name, bytes } = this.hash;
    const salted = await derive(this.credentials.password, Buffer.from(salt, 'base64'), count, bytes, name);
    const clientKey = this.hmac(salted, 'Client Key');
    const withoutProof = `c=${bindingAgain},r=${nonce}`;
    const exchanged = [this.firstWithoutHeader, serverFirst, withoutProof].join(',');
    const signature = this.hmac(createHash(name).update(clientKey).digest(), exchanged);
    this.expectedSignature = this.hmac(this.hmac(salted, 'Server Key'), exchanged);
    const proof = clientKey.map((byte, index) => byte ^ signature[index]!);
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
  }

  /** @throws when the server does not know the password either. */
  verify(serverFinal: string): void {
    const { v: signature = '', e: refusal } = attributesOf(serverFinal);
    if (refusal !== undefined) throw new Error(`the broker refused: ${refusal}`);
    const given = Buffer.from(signature, 'base64');
    const expected = this.expectedSignature;
    if (expected?.length !== given.length || !timingSafeEqual(expected, given))
      throw new Error('the broker did not prove that it knows the password: it is not who it should be');
  }

  private get firstWithoutHeader(): string {
    const name = this.credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    return `n=${name},r=${this.nonce}`;
  }

  private hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.hash.name, key).update(text).digest();
  }
}

/** `r=abc,s=def` */
function attributesOf(message: string): Partial<Record<string, string>> {
  return Object.fromEntries(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}
