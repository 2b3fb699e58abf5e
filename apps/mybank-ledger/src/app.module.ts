import { Module } from '@nestjs/common';
import { DatabaseModule } from '@headwater/service-kit';
import { AccountController } from './account/account.controller.ts';
import { Accounts } from './account/accounts.ts';
import { CreateLedger1763700000000 } from './migrations/create-ledger.migration.ts';
import { Bookings } from './transaction/bookings.ts';
import { Statements } from './transaction/statements.ts';
import { TransactionController } from './transaction/transaction.controller.ts';

@Module({
  imports: [DatabaseModule.forRoot({ migrations: [CreateLedger1763700000000] })],
  controllers: [AccountController, TransactionController],
  providers: [Accounts, Bookings, Statements],
})
export class AppModule {}
