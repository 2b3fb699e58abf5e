import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PageQuery } from '@headwater/service-kit';
import { Statements } from '../transaction/statements.ts';
import { StatementResponse } from '../transaction/transaction.responses.ts';
import { AccountParams, AccountResponse, OpenAccountsRequest, OpenedAccountsResponse } from './account.requests.ts';
import { Accounts } from './accounts.ts';

@ApiTags('accounts')
@Controller('accounts')
export class AccountController {
  constructor(
    private readonly accounts: Accounts,
    private readonly statements: Statements,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Open accounts', description: 'Opening one again as it is changes nothing.' })
  @ApiOkResponse({ type: OpenedAccountsResponse })
  async open(@Body() { accounts }: OpenAccountsRequest): Promise<OpenedAccountsResponse> {
    return await this.accounts.open(accounts);
  }

  @Get(':accountId')
  @ApiOperation({ summary: 'An account and its balance' })
  @ApiOkResponse({ type: AccountResponse })
  async get(@Param() { accountId }: AccountParams): Promise<AccountResponse> {
    return await this.accounts.get(accountId);
  }

  @Get(':accountId/transactions')
  @ApiOperation({ summary: 'What was booked to an account, the latest first' })
  @ApiOkResponse({ type: StatementResponse })
  async statement(
    @Param() { accountId }: AccountParams,
    @Query() { cursor, limit }: PageQuery,
  ): Promise<StatementResponse> {
    return await this.statements.page(accountId, limit, cursor);
  }
}
