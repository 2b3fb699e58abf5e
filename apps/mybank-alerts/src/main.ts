import { bootstrap } from '@headwater/service-kit';
import { AppModule } from './app.module.ts';
import { service } from './service.ts';

bootstrap(AppModule, service);
