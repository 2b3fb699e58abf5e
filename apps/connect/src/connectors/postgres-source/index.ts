/** The PostgreSQL source: change capture as a connector. */
export { PostgresSource } from './postgres-source.ts';
