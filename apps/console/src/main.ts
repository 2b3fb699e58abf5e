import { bootstrap } from '@headwater/service-kit';
import { AppModule } from './app.module.ts';
import { consoleService } from './console-service.ts';

bootstrap(AppModule, consoleService);
