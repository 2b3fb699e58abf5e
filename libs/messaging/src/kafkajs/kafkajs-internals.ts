/**
 * What kafkajs 2.2.4 keeps to itself and this folder mends; whoever uses it says of which type it is. Imported like any module, so
 * that a bundle holds the one kafkajs that is mended.
 */
// @ts-expect-error -- not in kafkajs's types, as it is not meant to be seen
import broker from 'kafkajs/src/broker/index.js';
// @ts-expect-error -- as above
import requestQueue from 'kafkajs/src/network/requestQueue/index.js';
// @ts-expect-error -- as above
import decoder from 'kafkajs/src/protocol/decoder.js';
// @ts-expect-error -- as above
import encoder from 'kafkajs/src/protocol/encoder.js';
// @ts-expect-error -- as above
import errors from 'kafkajs/src/protocol/error.js';

export const kafkajsBroker: unknown = broker;
export const kafkajsRequestQueue: unknown = requestQueue;
export const kafkajsDecoder: unknown = decoder;
export const kafkajsEncoder: unknown = encoder;
export const kafkajsErrors: unknown = errors;
