import { Controller, Get, Module, Param } from '@nestjs/common';
import { Problem, startService } from '@headwater/service-kit';

@Controller('orders')
class Orders {
  @Get(':id')
  find(@Param('id') id: string): { id: string } {
    if (id !== '1') throw Problem.notFound('order-unknown', `There is no order ${id}.`);
    return { id };
  }
}

@Module({ controllers: [Orders] })
class AppModule {}

const environment = { PORT: '0', LOG_LEVEL: 'silent' };
const service = await startService(AppModule, { name: 'orders', configs: [], environment });
console.log(await (await fetch(`${service.url}/orders/1`)).json());
console.log(await (await fetch(`${service.url}/orders/2`)).json());
console.log((await fetch(`${service.url}/health/ready`)).status);
await service.close();
