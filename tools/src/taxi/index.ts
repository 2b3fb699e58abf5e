/** GetTaxi's dispatch as processes, for its drill and its benchmark: broker, PostgreSQL, instances of gettaxi-dispatch. */
export { answerOf, type RideAnswer, type TaxiAnswer } from './taxi-client.ts';
export { taxiParts, TaxiStage, type TaxiPart } from './taxi-stage.ts';
